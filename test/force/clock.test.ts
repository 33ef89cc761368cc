import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { clockOf, DAY, YEAR } from '../support/clock.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { command, isSealed, until, verify } from '../support/command.ts'
import { postJson } from '../support/http.ts'

const ago = (time: number) => new Date(Date.now() - time).toISOString()
const RETENTION = { CDS_RETENTION_DAYS: '1', CDS_RETENTION_INTERVAL: '0.005' } // every 300 ms

async function post(url: string | undefined, id: string, activityDateTime: string) {
  expect((await postJson(`${url}/auditLogs/provisioning`, { id, activityDateTime })).status).toBe(201)
}

function idsIn(file: string) {
  const database = new DatabaseSync(file, { timeout: 5000 })
  const rows = database.prepare('SELECT id FROM microsoft_graph_provisioningObjectSummary ORDER BY id').all()
  database.close()
  return rows.map(({ id }) => id)
}

/** A log with sealed events that are minutes old. */
async function recentLog() {
  const file = join(temporaryFolder(), 'events.sqlite')
  const service = await startProcess({ file })
  for (const id of ['a', 'b', 'c']) await post(service.url, id, ago(60_000))
  await service.stop()
  return file
}

const failures = (log: string) => log.split('Retention failed.').length - 1

describe('Retention removes nothing, and says why in the log,', () => {
  it('while the clock is ten years ahead, and goes on when it is right again', async () => {
    const file = await recentLog()
    const clock = clockOf(0)
    const service = await startProcess({ file, env: { ...clock.env, ...RETENTION } })
    await clock.set(10 * YEAR)
    await until(() => failures(service.log()) > 2)
    expect(service.log()).toMatch(/The clock was changed by 315360000 seconds since the service was started/)
    await post(service.url, 'd', ago(0))
    await clock.set(0)
    expect(idsIn(file)).toEqual(['a', 'b', 'c', 'd'])

    await post(service.url, 'old', ago(2 * DAY))
    await post(service.url, 'e', ago(0))
    await until(() => service.log().includes('Retention removed 1 events'))
    expect(idsIn(file)).toEqual(['a', 'b', 'c', 'd', 'e'])
    await service.stop()
    expect((await verify(file)).status).toBe(0)
  })

  it('if the service starts with a clock that is ten years ahead, also of what comes in', async () => {
    const file = await recentLog()
    const service = await startProcess({ file, env: { ...clockOf(10 * YEAR).env, ...RETENTION } })
    await post(service.url, 'd', ago(0))
    await until(() => failures(service.log()) > 2)
    expect(service.log()).toMatch(/The clock is 3153\d+ seconds ahead of the newest sealed event/)
    expect(idsIn(file)).toEqual(['a', 'b', 'c', 'd'])
    await service.stop()
  })

  it('and though an event says that it will happen later still', async () => {
    const file = await recentLog()
    const service = await startProcess({ file, env: { ...clockOf(10 * YEAR).env, ...RETENTION } })
    await post(service.url, 'future', ago(-20 * YEAR))
    await post(service.url, 'd', ago(0))
    await until(() => failures(service.log()) > 0)
    expect(service.log()).toMatch(/The clock is 3153\d+ seconds ahead of the newest sealed event/)
    expect(idsIn(file)).toEqual(['a', 'b', 'c', 'd', 'future'])
    await service.stop()
  })
})

describe('Ages of events', () => {
  it('are counted from the newest sealed event where the clock is ahead of it', async () => {
    const file = await recentLog()
    const service = await startProcess({ file, env: { ...clockOf(3 * DAY).env, ...RETENTION } })
    await post(service.url, 'old', ago(2 * DAY))
    await post(service.url, 'd', ago(0))
    await until(() => service.log().includes('Retention removed 1 events'))
    expect(idsIn(file)).toEqual(['a', 'b', 'c', 'd'])
    await service.stop()
    expect((await verify(file)).status).toBe(0)
  })

  it('are not shortened by an event that says that it will happen', async () => {
    const file = await recentLog()
    const clock = clockOf(0)
    const service = await startProcess({ file, env: { ...clock.env, ...RETENTION } })
    await post(service.url, 'future', ago(-10 * YEAR))
    await post(service.url, 'old', ago(2 * DAY))
    await post(service.url, 'd', ago(0))
    await until(() => service.log().includes('Retention removed 1 events'))
    expect(idsIn(file)).toEqual(['a', 'b', 'c', 'd', 'future'])
    await service.stop()
  })
})

describe('npm run purge', () => {
  it('refuses what lies after the newest sealed event, whatever the clock says', async () => {
    const file = await recentLog()
    const { status, err } = await command('purge', file, ['--before', ago(-YEAR)], clockOf(10 * YEAR).env)
    expect([status, err]).toEqual([
      1,
      expect.stringMatching(/^The purge failed: --before must not lie after the newest sealed event, of \d{4}-.*Z\.\n$/)
    ])
    const database = new DatabaseSync(file)
    expect(isSealed(database)).toBe(true)
    database.close()
    expect(idsIn(file)).toEqual(['a', 'b', 'c'])
  })
})
