import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { temporaryFolder } from '../support/process.ts'
import { verify } from '../support/command.ts'
import {
  altered,
  ARRIVALS,
  COUNTS,
  TALLIES,
  EVENTS,
  findingsIn,
  makeLog,
  PURGES,
  SEALS,
  tampered,
  UNDER_WAY
} from './tampering.ts'

const sound = join(temporaryFolder(), 'sound.sqlite')
const BY_JOB = `${EVENTS}_by_tenant_jobId_activityDateTime_utc_id`

beforeAll(() => makeLog(sound))

/** Rewrites a statement where SQLite keeps it. */
const rewrite = (name: string, from: string, to: string) => (database: DatabaseSync) => {
  database.enableDefensive(false)
  database.exec('PRAGMA writable_schema = ON')
  const { changes } = database
    .prepare('UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = ? AND instr(sql, ?)')
    .run(from, to, name, from)
  expect(changes).toBe(1)
}

describe('The schema is that of the service', () => {
  it.each<[string, string | ((database: DatabaseSync) => unknown), string[]]>([
    ['as it made it', '', []],
    ['with statistics of the planner', 'ANALYZE', []],
    ['without a trigger', `DROP TRIGGER ${EVENTS}_no_update`, [`The trigger '${EVENTS}_no_update' is missing.`]],
    [
      'without all triggers',
      [EVENTS, ARRIVALS, SEALS, PURGES].map((table) => `DROP TRIGGER ${table}_no_delete`).join(';'),
      [EVENTS, ARRIVALS, PURGES, SEALS].map((table) => `The trigger '${table}_no_delete' is missing.`)
    ],
    [
      'with another trigger by its name',
      `DROP TRIGGER ${SEALS}_no_delete; CREATE TRIGGER ${SEALS}_no_delete BEFORE DELETE ON ${SEALS} WHEN false BEGIN SELECT 1; END`,
      [`The trigger '${SEALS}_no_delete' is not as the service made it.`]
    ],
    [
      'with a trigger that ignores events',
      `CREATE TRIGGER quiet BEFORE INSERT ON ${EVENTS} WHEN NEW."action" = 'Delete' BEGIN SELECT RAISE(IGNORE); END`,
      ["The trigger 'quiet' was added."]
    ],
    [
      'with one that alters them',
      `CREATE TRIGGER other AFTER INSERT ON ${EVENTS} BEGIN UPDATE ${EVENTS} SET jobId = 'x' WHERE id = NEW.id; END`,
      ["The trigger 'other' was added."]
    ],
    [
      'with one that goes by a name of the planner',
      (database) => {
        database.exec(`CREATE TRIGGER quiet BEFORE INSERT ON ${EVENTS} BEGIN SELECT RAISE(IGNORE); END`)
        rewrite('quiet', 'quiet', 'sqlite_stat2')(database)
        database.exec("UPDATE sqlite_schema SET name = 'sqlite_stat2' WHERE name = 'quiet'")
      },
      ["The trigger 'sqlite_stat2' was added."]
    ],
    ['without an index', `DROP INDEX ${BY_JOB}`, [`The index '${BY_JOB}' is missing.`]],
    [
      'with an index that leaves an event out',
      `DROP INDEX ${BY_JOB}; CREATE INDEX ${BY_JOB} ON ${EVENTS} (tenant,jobId,activityDateTime_utc,id) WHERE id <> 'a2'`,
      [`The index '${BY_JOB}' is not as the service made it.`]
    ],
    [
      'with an index of an expression',
      `DROP INDEX ${BY_JOB}; CREATE INDEX ${BY_JOB} ON ${EVENTS} (tenant,iif(id = 'a2', 'x', jobId),activityDateTime_utc,id)`,
      [`The index '${BY_JOB}' is not as the service made it.`]
    ],
    [
      'with one index more',
      `CREATE INDEX other ON ${EVENTS} (jobId) WHERE jobId IS NOT NULL AND id <> 'a2'`,
      ["The index 'other' was added."]
    ],
    [
      'with an index whose rows are not all there',
      (database) => {
        database.exec(
          `DROP INDEX ${BY_JOB}; CREATE INDEX ${BY_JOB} ON ${EVENTS} (tenant,jobId,activityDateTime_utc,id) WHERE id <> 'a2'`
        )
        rewrite(BY_JOB, " WHERE id <> 'a2'", '')(database)
      },
      [
        `The database is damaged, or was altered: wrong # of entries in index ${BY_JOB}.`,
        `The database is damaged, or was altered: row 3 missing from index ${BY_JOB}.`
      ]
    ],
    [
      'with a view that leaves an event out',
      `DROP VIEW microsoft_graph_Counts; CREATE VIEW microsoft_graph_Counts AS SELECT tenant, events - 1 AS events FROM ${COUNTS}`,
      ["The view 'microsoft_graph_Counts' is not as the service made it."]
    ],
    [
      'with another shape of the events that tells other than they do',
      rewrite('graph_v1_provisioningObjectSummary', 'statusInfo_status AS', 'jobId AS'),
      ["The view 'graph_v1_provisioningObjectSummary' is not as the service made it."]
    ],
    ['with one view more', `CREATE VIEW other AS SELECT * FROM ${EVENTS}`, ["The view 'other' was added."]],
    ['with one table more', 'CREATE TABLE other (id)', ["The table 'other' was added."]],
    [
      'with one column more',
      `ALTER TABLE ${EVENTS} ADD COLUMN other NVARCHAR(255) DEFAULT NULL`,
      [`The table '${EVENTS}' is not as the service made it.`]
    ],
    [
      'with a column that compares otherwise',
      rewrite(EVENTS, 'jobId NVARCHAR(255)', 'jobId NVARCHAR(255) COLLATE NOCASE'),
      [`The table '${EVENTS}' is not as the service made it.`]
    ],
    [
      'with a constraint that ignores events',
      rewrite(EVENTS, 'PRIMARY KEY(id, tenant)', 'PRIMARY KEY(id, tenant) ON CONFLICT IGNORE'),
      [`The table '${EVENTS}' is not as the service made it.`]
    ],
    [
      'without a table',
      `DROP TABLE ${COUNTS}`,
      [`The table '${COUNTS}' is missing.`, `The index 'sqlite_autoindex_${COUNTS}_1' is missing.`]
    ]
  ])('%s', async (_, change, messages) => expect(await findingsIn(altered(sound, change))).toEqual(messages))

  it('with the table of events, and not a view in its place', async () => {
    const file = altered(
      sound,
      `PRAGMA legacy_alter_table = ON; ALTER TABLE ${EVENTS} RENAME TO hidden;
       CREATE VIEW ${EVENTS} AS SELECT * FROM hidden WHERE id <> 'a2'`
    )
    const findings = await findingsIn(file)
    expect(findings).toContain(`The view '${EVENTS}' was added.`)
    expect(findings).toContain("The table 'hidden' was added.")
  })

  it('and no log of another model is checked', async () => {
    const older = `UPDATE cds_model SET csn = json_remove(csn, '$.definitions."provisioning.log.Purges"')`
    const { status, err } = await verify(altered(sound, older))
    expect([status, err]).toEqual([
      2,
      expect.stringContaining('its schema is that of another version of the service, or cds_model was altered.')
    ])
    expect((await verify(altered(sound, 'DELETE FROM cds_model'))).status).toBe(2)
  })
})

describe('What is kept beside the events is as they are', () => {
  it.each<[string, string, string[]]>([
    [
      'a number that is altered',
      `UPDATE ${COUNTS} SET events = 2016 WHERE tenant = 'a'`,
      ["Tenant 'a' has 6 events, and not 2016 as readers are told."]
    ],
    [
      'none',
      `DELETE FROM ${COUNTS}`,
      [
        "Tenant 'a' has 6 events, and not 0 as readers are told.",
        "Tenant 'b' has 6 events, and not 0 as readers are told."
      ]
    ],
    [
      'of a tenant without events',
      `INSERT INTO ${COUNTS} (tenant, events) VALUES ('c', 5)`,
      ["Tenant 'c' has 0 events, and not 5 as readers are told."]
    ],
    ['of a tenant whose events are gone', `INSERT INTO ${COUNTS} (tenant, events) VALUES ('c', 0)`, []],
    [
      'a number beyond JavaScript',
      `UPDATE ${COUNTS} SET events = 9223372036854775807 WHERE tenant = 'a'`,
      ["Tenant 'a' has 6 events, and not 9223372036854775807 as readers are told."]
    ],
    [
      'a tally that is altered',
      `UPDATE ${TALLIES} SET events = 2 WHERE tenant = 'a' AND jobId = 'job2'`,
      ["The tallies of tenant 'a', by which readers are told of groups, are not those of its events."]
    ],
    [
      'two tallies that make up for each other',
      `UPDATE ${TALLIES} SET events = iif(jobId = 'job2', 2, 0) WHERE tenant = 'b' AND jobId IN ('job2', 'job3')`,
      ["The tallies of tenant 'b', by which readers are told of groups, are not those of its events."]
    ],
    [
      'a tally of no event',
      `INSERT INTO ${TALLIES} VALUES ('c', '2024-01-01T00:00:00.0000000', '2024-01-01T00', 'j', NULL, NULL, NULL, NULL, 1)`,
      ["The tallies of tenant 'c', by which readers are told of groups, are not those of its events."]
    ],
    [
      'none of them',
      `DELETE FROM ${TALLIES} WHERE tenant = 'a'`,
      ["The tallies of tenant 'a', by which readers are told of groups, are not those of its events."]
    ],
    [
      'a number of events that they lack where they lack none',
      `UPDATE ${COUNTS} SET uncounted = 1 WHERE tenant = 'a'`,
      ["The tallies of tenant 'a', by which readers are told of groups, are not those of its events."]
    ],
    [
      'a purge that is under way for ever',
      `INSERT INTO ${UNDER_WAY} VALUES (1)`,
      [`The table '${UNDER_WAY}' has rows, so events can be removed: retention leaves none.`]
    ]
  ])('%s', async (_, change, messages) => expect(await findingsIn(altered(sound, change))).toEqual(messages))
})

describe('Text is compared by its bytes', () => {
  /** A log in which an event has U+FFFD in its text, as JSON may have. */
  const replaced = join(temporaryFolder(), 'replaced.sqlite')

  beforeAll(() => makeLog(replaced, { jobId: 'x\uFFFD', changeId: '\uFFFD\uFFFD\uFFFD', cycleId: 'y' }))

  it('as it was sent', async () => expect(await findingsIn(replaced)).toEqual([]))

  it.each([
    ['a byte that is never in UTF-8', 'jobId', '78FF', 'is not UTF-8'],
    ['a character that ends early', 'jobId', '78F09080', 'is not UTF-8'],
    ['one that ends earlier', 'jobId', '78E0A0', 'is not UTF-8'],
    ['half of a pair of surrogates', 'changeId', 'EDA080', 'is not UTF-8']
  ])('%s', async (_, column, bytes, what) => {
    const change = `UPDATE ${EVENTS} SET ${column} = CAST(x'${bytes}' AS TEXT) WHERE id = 'a2'`
    expect(await findingsIn(tampered(replaced, change))).toEqual([
      `Event 'a2' of tenant 'a' (arrival 3) was altered: its column '${column}' ${what}.`
    ])
  })

  it('what comes after a NUL', async () => {
    const change = `UPDATE ${EVENTS} SET cycleId = CAST(x'7900' AS TEXT) WHERE id = 'a2'`
    expect(await findingsIn(tampered(replaced, change))).toEqual(["Event 'a2' of tenant 'a' (arrival 3) was altered."])
  })
})
