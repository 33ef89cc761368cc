import { openLog } from '../../srv/database/open-log.ts'
import { command } from '../support/command.ts'
import { createDatabase, onServer, postgresFor } from '../support/postgres.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf } from '../support/service.ts'

const EVENTS = '"microsoft_graph_provisioningObjectSummary"'
const [ARRIVALS, SEALS, PURGES, COUNTS, TALLIES, IDS, UNNUMBERED] = [
  'Arrivals',
  'Seals',
  'Purges',
  'Counts',
  'Tallies',
  'EventIds',
  'UnnumberedArrivals'
].map((name) => `"provisioning_log_${name}"`)
const file = `${temporaryFolder()}/events.sqlite`
let sound = ''
let copies = 0

beforeAll(async () => {
  const { url, stop } = await startProcess({ file, env: { CDS_SEALING_INTERVAL: '100000' } })
  const { post } = clientOf(() => url as string)
  for (let count = 1; count <= 6; count++)
    for (const tenantId of ['a', 'b']) {
      const event = { id: tenantId + count, tenantId, activityDateTime: `2024-0${count}-01T00:00:00Z`, jobId: 'job' }
      expect((await post('/auditLogs/provisioning', event)).status).toBe(201)
    }
  await stop() // seals what is left
  sound = (await postgresFor(file)).DATABASE_URL as string
})

/** A copy of the log that was changed by a superuser. */
async function altered(sql: string) {
  const url = await createDatabase(`copy${++copies}`, '', new URL(sound).pathname.slice(1))
  await onServer(url, (client) => client.query(sql))
  return url
}

/** The same by somebody who leaves no traces of it. */
const tampered = (sql: string) => {
  const each = (what: string) =>
    [EVENTS, ARRIVALS, SEALS, PURGES, IDS].map((table) => `ALTER TABLE ${table} ${what} TRIGGER ALL;`)
  return altered(`${each('DISABLE').join('')} ${sql}; ${each('ENABLE').join('')}`)
}

const verify = (url: string, ...args: string[]) =>
  command('verify', file, args, { CDS_ENV: 'postgres', DATABASE_URL: url })

describe('npm run verify on PostgreSQL', () => {
  it('finds nothing in a log as the service left it, or while it runs, and exports and compares the latest seals', async () => {
    const kept = `${temporaryFolder()}/seals.json`
    const { status, out, err } = await verify(sound, '--export', kept)
    expect([status, err]).toEqual([0, ''])
    expect(out).toContain(`Checked 12 events and 2 seals in ${new URL(sound).host}${new URL(sound).pathname}.`)
    const { stop } = await startProcess({ file })
    expect((await verify(sound, '--against', kept)).out).toContain('All is well, and what was exported is there.')
    await stop()
  })

  it('goes on in its snapshot after a while without a statement, as when comparing the schema takes long', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] })
    const log = await openLog(sound, { readOnly: true })
    const ends = await log.snapshot(async () => {
      jest.advanceTimersByTime(50_000)
      return Array.fromAsync(log.seals(), ({ row }) => `${row.tenant}${row.number}`)
    })
    await log.close()
    jest.useRealTimers()
    expect(ends).toEqual(['a1', 'b1'])
  })

  const where = (id: string) => `WHERE id = '${id}'`
  it.each([
    [
      'an event that was altered',
      `UPDATE ${EVENTS} SET "jobId" = 'x' ${where('a3')}`,
      "Event 'a3' of tenant 'a' (arrival 5) was altered."
    ],
    [
      'an event that was removed',
      `DELETE FROM ${EVENTS} ${where('b2')}`,
      "Event 'b2' of tenant 'b' (arrival 4) was removed."
    ],
    [
      'an event without its id',
      `DELETE FROM ${IDS} ${where('b2')}`,
      "Event 'b2' of tenant 'b' (arrival 4) was removed."
    ],
    [
      'an arrival that was removed',
      `DELETE FROM ${ARRIVALS} WHERE sequence = 4`,
      "Event 'b2' of tenant 'b' (arrival 4) was removed."
    ],
    [
      'a seal that was altered',
      `UPDATE ${SEALS} SET "sealedAt" = '2020' WHERE tenant = 'a'`,
      /^Seal 1 of tenant 'a'.* was altered/
    ],
    [
      'a record that was added',
      `INSERT INTO ${PURGES} VALUES (1, '2030', 1, '[[1,1]]', 'me', '2024', NULL, 'x')`,
      /^Record 1 .* was altered/
    ],
    [
      'a count that was altered',
      `UPDATE ${COUNTS} SET events = 5 WHERE tenant = 'a'`,
      "Tenant 'a' has 6 events, and not 5 as readers are told."
    ],
    [
      'a tally that was altered',
      `UPDATE ${TALLIES} SET events = 2 WHERE tenant = 'a'`,
      "The tallies of tenant 'a', by which readers are told of groups, are not those of its events."
    ],
    [
      'tallies that were removed',
      `DELETE FROM ${TALLIES} WHERE tenant = 'b'`,
      "The tallies of tenant 'b', by which readers are told of groups, are not those of its events."
    ],
    [
      'an event without an arrival',
      `INSERT INTO ${EVENTS} SELECT (json_populate_record(e, '{"id":"new"}')).* FROM ${EVENTS} e ${where('a1')};
       UPDATE ${COUNTS} SET events = 7, uncounted = 1 WHERE tenant = 'a'`,
      "Event 'new' of tenant 'a' was added: it has no arrival."
    ],
    [
      'an event with the id of another one',
      `INSERT INTO ${EVENTS} SELECT (json_populate_record(e, '{"activityDateTime_utc":"2024-03-01T00:00:00.0000001"}')).*
       FROM ${EVENTS} e ${where('a1')}; UPDATE ${COUNTS} SET events = 7, uncounted = 1 WHERE tenant = 'a'`,
      "Event 'a1' of tenant 'a' was added: it has no arrival."
    ],
    [
      'an id that refuses events which are not there',
      `INSERT INTO ${IDS} VALUES ('ghost', 'a', '2024-03-01T00:00:00.0000000')`,
      "The database is damaged, or was altered: the id 'ghost' of tenant 'a' is taken, and no event has it."
    ]
  ])('finds %s', async (_, change, sentence) => {
    const { status, first, err } = await verify(await tampered(change))
    expect([status, first ?? err]).toEqual([
      1,
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence)
    ])
  })

  it.each([
    [
      'a trigger that is missing',
      `DROP TRIGGER no_change ON ${SEALS}`,
      "The trigger 'no_change of provisioning_log_Seals' is missing."
    ],
    [
      'a trigger that is off',
      `ALTER TABLE ${SEALS} DISABLE TRIGGER no_change`,
      "The trigger 'no_change of provisioning_log_Seals' is not as the service made it."
    ],
    [
      'a trigger of a month that is missing',
      'DROP TRIGGER no_truncation ON events_of_2024_03',
      "The trigger 'no_truncation of events_of_2024_03' is missing."
    ],
    [
      'a trigger that was added',
      `CREATE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER quiet BEFORE INSERT ON events_of_2024_03 FOR EACH ROW EXECUTE FUNCTION drop_it()`,
      "The trigger 'quiet of events_of_2024_03' was added."
    ],
    [
      'a rule',
      `CREATE RULE quiet AS ON INSERT TO ${SEALS} DO INSTEAD NOTHING`,
      "The rule 'quiet of provisioning_log_Seals' was added."
    ],
    [
      'a column that was added',
      `ALTER TABLE ${EVENTS} ADD COLUMN x text`,
      "The table 'microsoft_graph_provisioningObjectSummary' is not as the service made it."
    ],
    [
      'a view that is another',
      `CREATE OR REPLACE VIEW "microsoft_graph_Counts" AS SELECT tenant, events + 1 AS events, tallies, uncounted FROM ${COUNTS}`,
      "The view 'microsoft_graph_Counts' is not as the service made it."
    ],
    [
      'a function that is another',
      `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
      "The function 'refuse_change()' is not as the service made it."
    ],
    [
      'an index that is missing',
      `DO $$ DECLARE i text; BEGIN SELECT relname INTO i FROM pg_class WHERE relkind = 'I' AND relname LIKE 'by%' AND pg_get_indexdef(oid) NOT LIKE '% WHERE %' LIMIT 1; EXECUTE 'DROP INDEX ' || i; END $$`,
      /^The index 'by_.*' is missing/
    ]
  ])('finds %s', async (_, change, sentence) => {
    const { status, first, err } = await verify(await altered(change))
    expect([status, first ?? err]).toEqual([
      1,
      typeof sentence === 'string' ? sentence : expect.stringMatching(sentence)
    ])
  })

  it('says so where there is no log, or no server', async () => {
    const { status, err } = await verify(await createDatabase('empty'))
    expect([status, err]).toEqual([2, 'The log cannot be checked: the database has no log.\n'])
    const none = await verify('postgres://127.0.0.1:1/x')
    expect([none.status, none.err]).toEqual([2, 'The log cannot be checked: no database server listens there.\n'])
    const purge = await command('purge', file, ['--before', '2024-01-01'], {
      ...{ CDS_ENV: 'postgres', DATABASE_URL: await createDatabase('void') }
    })
    expect([purge.status, purge.err]).toEqual([1, 'The purge failed: the database has no log.\n'])
  })
})

describe('The service does not start on a database that has', () => {
  it.each([
    [
      'a trigger that is not its own',
      `CREATE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER quiet BEFORE INSERT ON ${EVENTS} FOR EACH ROW EXECUTE FUNCTION drop_it()`,
      'quiet'
    ],
    [
      'a trigger that is not its own',
      `CREATE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER quiet BEFORE INSERT ON ${UNNUMBERED} FOR EACH ROW EXECUTE FUNCTION drop_it()`,
      'quiet'
    ],
    [
      'a trigger that is not its own',
      `CREATE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER identified BEFORE INSERT ON ${SEALS} FOR EACH ROW EXECUTE FUNCTION drop_it()`,
      'identified'
    ],
    ['a rule', `CREATE RULE silent AS ON INSERT TO ${SEALS} DO INSTEAD NOTHING`, 'silent'],
    ['a rule', `CREATE RULE silent AS ON INSERT TO ${UNNUMBERED} DO INSTEAD NOTHING`, 'silent'],
    [
      'a view in the place of its table',
      `ALTER TABLE ${SEALS} RENAME TO hidden; CREATE VIEW ${SEALS} AS SELECT * FROM hidden`,
      'provisioning_log_Seals'
    ]
  ])('%s', async (what, change, name) => {
    const { url, log } = await startProcess({ file, env: { DATABASE_URL: await altered(change) } })
    expect(url).toBeUndefined()
    expect(log()).toContain(
      `The service does not start on a database that has ${what}, '${name}': it could alter events.`
    )
  })
})
