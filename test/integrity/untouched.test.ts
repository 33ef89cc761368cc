import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expectUntouched } from '../../srv/database/sqlite/schema-differences.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { altered, EVENTS, makeLog } from './tampering.ts'
import { postJson } from '../support/http.ts'

const sound = join(temporaryFolder(), 'sound.sqlite')

beforeAll(() => makeLog(sound))

const hide = (view: string) =>
  `PRAGMA legacy_alter_table = ON; ALTER TABLE ${EVENTS} RENAME TO hidden;
   CREATE VIEW ${view} AS SELECT * FROM hidden`

describe('The service does not start on a database that has', () => {
  it.each([
    [
      'a trigger that is not its own',
      `CREATE TRIGGER quiet BEFORE INSERT ON ${EVENTS} WHEN NEW."action" = 'Delete' BEGIN SELECT RAISE(IGNORE); END`,
      'quiet'
    ],
    ['a view in the place of its table', hide(EVENTS), EVENTS],
    ['a view in the place of its table', hide(EVENTS.toUpperCase()), EVENTS.toUpperCase()]
  ])('%s', (what, change, name) => {
    const database = new DatabaseSync(altered(sound, change))
    const refusal = `The service does not start on a database that has ${what}, '${name}': it could alter events.`
    expect(() => expectUntouched(database)).toThrow(refusal)
    database.close()
  })

  it.concurrent('such a trigger: it ends', async () => {
    const quiet = `CREATE TRIGGER quiet BEFORE INSERT ON ${EVENTS} BEGIN SELECT RAISE(IGNORE); END`
    const { url, log } = await startProcess({ file: altered(sound, quiet) })
    expect(url).toBeUndefined()
    expect(log()).toContain("a trigger that is not its own, 'quiet': it could alter events.")
  })

  it.concurrent('but renews a trigger of its own that somebody replaced', async () => {
    const name = `${EVENTS}_counted`
    const trigger = `CREATE TRIGGER ${name} BEFORE INSERT ON ${EVENTS} BEGIN SELECT RAISE(IGNORE); END`
    const { url, stop } = await startProcess({ file: altered(sound, `DROP TRIGGER ${name}; ${trigger}`) })
    const event = { id: 'a7', tenantId: 'a', activityDateTime: '2024-07-01T00:00:00Z' }
    expect((await postJson(`${url}/auditLogs/provisioning`, event)).status).toBe(201)
    expect((await fetch(`${url}/auditLogs/provisioning/a7`)).status).toBe(200)
    await stop()
  })
})
