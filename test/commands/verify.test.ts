import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openLog } from '../../srv/database/open-log.ts'
import { temporaryFolder } from '../support/process.ts'
import { command, verifyAtRest } from '../support/command.ts'
import { ARRIVALS, EVENTS, findingsIn, makeLog, rewritten, SEALS, tampered } from '../integrity/tampering.ts'

const verify = (file: string, ...args: string[]) => command('verify', file, args)

const folder = temporaryFolder()
const sound = join(folder, 'sound.sqlite')

const sql = (text: string) => tampered(sound, text)

beforeAll(() => makeLog(sound))

describe('npm run verify', () => {
  it.concurrent('finds nothing in a log as the service wrote it', async () => {
    const { status, out, err } = await verify(sound)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toContain('Checked 12 events and 6 seals in ')
    expect(out).toMatch(/tenant 'b': seal \d+ up to arrival 12, of \S+Z, [0-9a-f]{64}\n/)
    expect(out).toContain('All is well.')
    expect(out).toContain('The file alone does not tell whether the whole chain was rewritten')
  })

  const columns = 'id, activityDateTime, activityDateTime_utc, tenantId'
  const values = "'new', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00.0000000', 'a'"
  const found: [what: string, change: () => string, message: string][] = [
    [
      'an altered column',
      () => sql(`UPDATE ${EVENTS} SET jobId = 'x' WHERE id = 'a2'`),
      "Event 'a2' of tenant 'a' (arrival 3) was altered."
    ],
    [
      'one set to null',
      () => sql(`UPDATE ${EVENTS} SET jobId = NULL WHERE id = 'b2'`),
      "Event 'b2' of tenant 'b' (arrival 4) was altered."
    ],
    [
      'one that had no value',
      () => sql(`UPDATE ${EVENTS} SET cycleId = '' WHERE id = 'b2'`),
      "Event 'b2' of tenant 'b' (arrival 4) was altered."
    ],
    [
      'text as bytes',
      () => sql(`UPDATE ${EVENTS} SET jobId = CAST(jobId AS BLOB) WHERE id = 'a1'`),
      "Event 'a1' of tenant 'a' (arrival 1) was altered."
    ],
    [
      'a number beyond JavaScript',
      () => sql(`UPDATE ${EVENTS} SET durationInMilliseconds = 9223372036854775807 WHERE id = 'a1'`),
      "Event 'a1' of tenant 'a' (arrival 1) was altered."
    ],
    [
      'the first of several',
      () => sql(`UPDATE ${EVENTS} SET jobId = 'x' WHERE id IN ('b5', 'a4', 'b3')`),
      "Event 'b3' of tenant 'b' (arrival 6) was altered."
    ],
    [
      'another tenant',
      () => sql(`UPDATE ${EVENTS} SET tenantId = 'b' WHERE id = 'a3'`),
      "Event 'a3' of tenant 'a' (arrival 5) was altered."
    ],
    [
      'a removed event',
      () => sql(`DELETE FROM ${EVENTS} WHERE id = 'a3'`),
      "Event 'a3' of tenant 'a' (arrival 5) was removed."
    ],
    [
      'a removed event with its arrival',
      () => sql(`DELETE FROM ${EVENTS} WHERE id = 'b6'; DELETE FROM ${ARRIVALS} WHERE event = 'b6'`),
      "Event 'b6' of tenant 'b' (arrival 12) was removed."
    ],
    [
      'an added event without an arrival',
      () => sql(`INSERT INTO ${EVENTS} (${columns}) VALUES (${values})`),
      "Event 'new' of tenant 'a' was added: it has no arrival."
    ],
    [
      'an added event with an arrival',
      () =>
        sql(
          `INSERT INTO ${EVENTS} (${columns}) VALUES (${values}); DELETE FROM ${ARRIVALS} WHERE sequence = 4; INSERT INTO ${ARRIVALS} (sequence, event) VALUES (4, 'new')`
        ),
      "Event 'b2' of tenant 'b' (arrival 4) was moved: in its place is event 'new'."
    ],
    [
      'one added before all',
      () =>
        sql(
          `INSERT INTO ${EVENTS} (${columns}) VALUES (${values}); INSERT INTO ${ARRIVALS} (sequence, event) VALUES (0, 'new')`
        ),
      "Event 'new' of tenant 'a' (arrival 0) was added, or its seal was removed."
    ],
    [
      'a second arrival',
      () => sql(`INSERT INTO ${ARRIVALS} (event, tenant) VALUES ('a1', 'a')`),
      "Event 'a1' of tenant 'a' has more than one arrival."
    ],
    [
      'the content of two events swapped',
      () => sql(`UPDATE ${EVENTS} SET jobId = iif(id = 'a2', 'job4', 'job2') WHERE id IN ('a2', 'a4')`),
      "Event 'a2' of tenant 'a' (arrival 3) was altered."
    ],
    [
      'the ids of two events swapped',
      () =>
        sql(
          `UPDATE ${EVENTS} SET id = 'tmp' WHERE id = 'a2'; UPDATE ${EVENTS} SET id = 'a2' WHERE id = 'a4'; UPDATE ${EVENTS} SET id = 'a4' WHERE id = 'tmp'`
        ),
      "Event 'a2' of tenant 'a' (arrival 3) was altered."
    ],
    [
      'two arrivals swapped',
      () => sql(`UPDATE ${ARRIVALS} SET event = iif(sequence = 3, 'a4', 'a2') WHERE sequence IN (3, 7)`),
      "Event 'a2' of tenant 'a' (arrival 3) was moved: in its place is event 'a4'."
    ],
    [
      'a changed arrival',
      () => sql(`UPDATE ${ARRIVALS} SET sequence = 100 WHERE sequence = 3`),
      "Event 'a2' of tenant 'a' (arrival 3) was removed."
    ],
    [
      'a removed seal',
      () => sql(`DELETE FROM ${SEALS} WHERE tenant = 'b' AND number = 2`),
      "Event 'b3' of tenant 'b' (arrival 6) was added, or its seal was removed."
    ],
    [
      'the last seal of one tenant removed',
      () => sql(`DELETE FROM ${SEALS} WHERE tenant = 'a' AND lastSequence = 11`),
      "Event 'a5' of tenant 'a' (arrival 9) was added, or its seal was removed."
    ],
    [
      'a seal that cannot be read',
      () => sql(`UPDATE ${SEALS} SET leaves = '[' WHERE tenant = 'a' AND number = 2`),
      "Seal 2 of tenant 'a' was altered: its hash is not that of its content."
    ]
  ]

  it.each(found)('names %s', async (_, change, message) => expect((await findingsIn(change()))[0]).toBe(message))

  it.concurrent.each([found[0]!, found.at(-1)!])('ends with 1 and names %s', async (_, change, message) => {
    const { status, first, out } = await verify(change())
    expect({ status, first }).toEqual({ status: 1, first: message })
    expect(out).not.toContain('All is well')
  })

  it('finds seals that were rewritten', async () => {
    const later = { sealedAt: '2024-01-01T00:00:00.000Z' }
    const [altered] = await findingsIn(
      sql(`UPDATE ${SEALS} SET sealedAt = '${later.sealedAt}' WHERE tenant = 'a' AND number = 2`)
    )
    expect(altered).toMatch(/^Seal 2 of tenant 'a', which covers events from 'a3' .* was altered: its hash/)
    const [alone] = await findingsIn(rewritten(sound, () => later, { follow: false }))
    expect(alone).toMatch(/^Seal 3 of tenant 'a', which covers events from 'a5' .* does not follow/)
  })

  it('finds an altered event whose digest was rewritten in the seal', async () => {
    const forged = rewritten(sound, (seal) => ({ leaves: seal.leaves.replace(/[0-9a-f]{64}/, '0'.repeat(64)) }), {
      follow: true
    })
    expect((await findingsIn(forged))[0]).toBe("Event 'a3' of tenant 'a' (arrival 5) was altered.")
  })

  it.concurrent('says so if it cannot check', async () => {
    const missing = await verify(join(folder, 'missing.sqlite'))
    expect([missing.status, missing.err]).toEqual([2, expect.stringContaining('there is no file')])
    const empty = join(folder, 'empty.sqlite')
    writeFileSync(empty, '')
    const other = join(folder, 'other.sqlite')
    new DatabaseSync(other).exec('CREATE TABLE others (id)')
    for (const file of [empty, other]) {
      const { status, out, err } = await verifyAtRest(file)
      expect([status, out, err]).toEqual([2, '', `The log cannot be checked: there is no log in ${file}.\n`])
    }
    expect((await verifyAtRest(sound, '--agains', 'x')).status).toBe(2)
    expect((await verifyAtRest(sound, '--against', '')).err).toBe(
      'The log cannot be checked: --against must not be empty.\n'
    )
  })

  it('says what its user needs to read a log that no service has open, and reads a backup', async () => {
    const shared = mkdtempSync('/tmp/provisioning-') // others can reach it
    const [own, copy] = [join(shared, 'events.sqlite'), join(shared, 'copy.sqlite')]
    copyFileSync(sound, own)
    const log = await openLog(own, { readOnly: true })
    await log.copyTo(copy)
    await log.close()
    for (const end of ['-wal', '-shm']) rmSync(own + end, { force: true })
    for (const each of [own, copy]) chmodSync(each, 0o444)
    chmodSync(shared, 0o555)
    const env: Record<string, string> =
      process.getuid?.() === 0 ? { HOME: '/', NODE_OPTIONS: '--import=data:text/javascript,process.setuid(12345)' } : {}
    const { status, err } = await command('verify', own, [], env)
    expect([status, err]).toEqual([
      2,
      `The log cannot be checked: ${own}: while no service runs, SQLite reads it only for users who may write to it and its folder. A backup can be read by any.\n`
    ])
    const read = await command('verify', copy, [], env)
    expect([read.status, read.err]).toEqual([0, ''])
    chmodSync(shared, 0o755)
    rmSync(shared, { recursive: true })
  })

  it('says so if it cannot export', async () => {
    const { status, out, err } = await verifyAtRest(sound, '--export', folder)
    expect([status, err]).toEqual([2, expect.stringMatching(/^The latest seals were not exported: EISDIR.*\n$/)])
    expect(out).toContain('All is well.')
  })
})
