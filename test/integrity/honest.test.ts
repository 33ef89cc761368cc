import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { COMPILED, startProcess, temporaryFolder } from '../support/process.ts'
import { isSealed, until, verify, verifyAtRest } from '../support/command.ts'
import { altered, ARRIVALS, EVENTS, insert, makeLog, tampered } from './tampering.ts'
import { postJson } from '../support/http.ts'

const newFile = () => join(temporaryFolder(), 'events.sqlite')
const RARELY = { CDS_SEALING_INTERVAL: '100000' }

async function post(url: string | undefined, id: string) {
  const event = { id, tenantId: id.charAt(0), activityDateTime: '2024-05-01T12:00:00Z' }
  expect((await postJson(`${url}/auditLogs/provisioning`, event)).status).toBe(201)
}

/** The service starts, and stops when all is sealed. */
async function startOnce(file: string) {
  const { url, stop } = await startProcess({ file, env: { CDS_SEALING_INTERVAL: '20' } })
  expect(url).toBeDefined()
  const database = new DatabaseSync(file, { readOnly: true })
  await until(() => isSealed(database))
  database.close()
  await stop()
}

describe('npm run verify finds nothing in an honest log', () => {
  it.concurrent('while the service takes events', async () => {
    const file = newFile()
    const { url, stop } = await startProcess({ file })
    let done = false
    const posting = (async () => {
      for (let count = 0; !done; count++) await post(url, `a${count}`)
    })()
    await until(() => url !== undefined)
    const { status, err } = await verify(file)
    done = true
    await posting
    await stop()
    expect([status, err]).toEqual([0, ''])
    expect((await verify(file)).status).toBe(0)
  })

  it.concurrent('after the service was killed, and started again', async () => {
    const file = newFile()
    const { url, stop } = await startProcess({ file, env: RARELY })
    for (const id of ['a1', 'b1', 'a2']) await post(url, id)
    await stop('SIGKILL')
    const { status, out, err } = await verifyAtRest(file)
    expect(status).toBe(3)
    expect(err).toBe(
      "3 events are not sealed, from event 'a1' of tenant 'a' (arrival 1) on, and the service does not seal them. They came in before it was killed or before the file was copied, or were added behind its back. What is sealed is as it was.\n"
    )
    expect(out).not.toContain('All is well')
    await startOnce(file)
    expect((await verify(file)).status).toBe(0)
  })

  it.concurrent('in a backup', async () => {
    const file = newFile()
    const copy = newFile()
    await makeLog(file)
    const { stop } = await startProcess({ file })
    await promisify(execFile)(process.execPath, ['srv/commands/backup.ts', copy], {
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, CDS_REQUIRES_DB_CREDENTIALS_URL: file }
    })
    await stop()
    expect((await verify(copy)).status).toBe(0)
  })

  it.concurrent('after an upgrade that changed what the model says of itself', async () => {
    const file = newFile()
    await makeLog(file)
    const entity = '$.definitions."microsoft.graph.provisioningObjectSummary"'
    const older = altered(
      file,
      `UPDATE cds_model SET csn = json_set(csn, '${entity}.doc', 'Once.', '${entity}.elements.jobId.doc', 'Once.')`
    )
    expect((await verify(older)).status).toBe(0)
    await startOnce(older)
    expect((await verify(older)).status).toBe(0)
  })

  it.concurrent('after an upgrade that added a column, an index, a trigger and another shape of events', async () => {
    const file = newFile()
    await makeLog(file)
    const older = altered(
      file,
      `DROP TRIGGER ${EVENTS}_no_replace; DROP TRIGGER ${EVENTS}_counted;
       DROP INDEX ${EVENTS}_by_jobId_activityDateTime_utc_id_tenant; CREATE INDEX old ON ${EVENTS} (jobId);
       DROP VIEW graph_v1_provisioningObjectSummary; ALTER TABLE ${EVENTS} DROP COLUMN statusInfo_type;
       UPDATE cds_model SET csn =
         json_remove(csn, '$.definitions."microsoft.graph.provisioningObjectSummary".elements.statusInfo_type',
           '$.definitions."graph.v1"', '$.definitions."graph.v1.auditLogs"',
           '$.definitions."graph.v1.provisioningObjectSummary"')`
    )
    expect((await verify(older)).status).toBe(2)
    await startOnce(older)
    const { status, out, err } = await verify(older)
    expect([status, err]).toEqual([0, ''])
    expect(out).toContain('Checked 12 events and 6 seals')
  })
})

it.concurrent('An event that was added after the last seal is told of', async () => {
  const file = newFile()
  await makeLog(file)
  const added = tampered(file, (database) => {
    const at = '2024-07-01T00:00:00'
    const row = {
      id: 'a7',
      tenant: 'a',
      tenantId: 'a',
      activityDateTime: `${at}Z`,
      activityDateTime_utc: `${at}.0000000`
    }
    insert(database, EVENTS, row)
    insert(database, ARRIVALS, { event: 'a7', tenant: 'a' })
  })
  const { status, out, err } = await verifyAtRest(added)
  expect([status, err]).toEqual([
    3,
    expect.stringMatching(/^1 events are not sealed, from event 'a7' of tenant 'a' \(arrival 13\) on, /)
  ])
  expect(out).not.toContain('All is well')
})
