/** Compares the schema of the log with the one the service creates, to find what would drop or alter events. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { Model } from '../../cqn/csn.ts'
import type { SchemaDifference } from '../log.ts'
import { differences, foreign, keyOf, migration, storedModel, type SchemaObjects } from '../schema.ts'
import { ARRIVALS, COUNTS, EVENTS, PURGES, SEALS, TALLIES, UNDER_WAY } from '../tables.ts'
import { connect } from './connection.ts'
import { codeOf } from './failures.ts'
import { FORMS, FUNCTIONS } from './functions.ts'
import { expectVersion } from './migration.ts'
import { migrating } from './sql.ts'
import { partitioned } from './partitions.ts'
import { completeSchema, historyTriggers, UNIQUE_IDS } from './schema.ts'
import { IDS, NEW_TALLIES, OTHERS, UNNUMBERED } from './tables.ts'
import { TALLIED } from './tallies.ts'

/** See `History` in database/log.ts. The expected schema is created for that, and not committed. */
export async function schemaDifferences(url: string, csn: Model): Promise<SchemaDifference[]> {
  await using client = await connect(url)
  try {
    await client.query('BEGIN')
    await expectVersion(client)
    const found = await objectsOf(client)
    await createElsewhere(client, storedModel(csn))
    const expected = await objectsOf(client)
    for (const [key, definition] of expectedOfMonths(found, expected)) expected.set(key, definition)
    return differences(found, expected)
  } finally {
    await client.query('ROLLBACK').catch(() => {})
  }
}

/** Creates the schema under another name, which statements find first. */
async function createElsewhere(client: pg.Client, model: Model) {
  const name = `expected_${randomBytes(8).toString('hex')}`
  await client.query(`CREATE SCHEMA ${name}; SET LOCAL search_path = ${name}`).catch((cause: unknown) => {
    if (codeOf(cause) !== '42501') throw cause
    throw new Error(NO_SCHEMA, { cause })
  })
  for (const sql of FUNCTIONS) await client.query(sql)
  for (const sql of migration(model).createsAndAlters) await client.query(migrating(partitioned(sql)))
  const { definitions } = model
  await completeSchema(client, { definitions, uniqueIds: false, indexesForAllTenants: true }, undefined)
}

const NO_SCHEMA = 'its user may not create the schema that it is compared with: GRANT CREATE ON DATABASE is missing.'

/** Each partition of a month has what that of other months has, under its own name. */
function* expectedOfMonths(found: SchemaObjects, expected: SchemaObjects): Generator<[string, string]> {
  const months = [...found.keys()].filter((key) => /^partition\0events_of_\d{4}_\d\d$/.test(key))
  for (const [, month = ''] of months.map((key) => key.split('\0')))
    for (const [key, definition] of expected)
      if (key.includes(OTHERS)) yield [key.replace(OTHERS, month), String(definition).replaceAll(OTHERS, month)]
}

/**
 * The objects of the first schema in the search path, but for CAP's own table, extensions, an index that depends on
 * settings, and what only helps to find events.
 */
export async function objectsOf(client: pg.Client): Promise<SchemaObjects> {
  const { rows } = await client.query<{ type: string; name: string; definition: string }>(OBJECTS)
  return new Map(rows.map(({ type, name, definition }) => [keyOf(type, name), definition]))
}

const OBJECTS = `
  WITH own AS (
    SELECT * FROM pg_class c WHERE relnamespace = current_schema()::regnamespace AND relname NOT IN ('cds_model', '${UNIQUE_IDS}', 'search_keys')
      AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
  )
  SELECT CASE WHEN relispartition THEN 'partition' ELSE 'table' END AS type, relname AS name, concat_ws('; ',
    relpersistence, relrowsecurity, relforcerowsecurity, pg_get_partkeydef(c.oid),
    (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), collname, attnotnull, attidentity,
       attgenerated, pg_get_expr(adbin, adrelid)), ', ' ORDER BY attname)
     FROM pg_attribute LEFT JOIN pg_collation o ON o.oid = attcollation
     LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped),
    (SELECT string_agg(pg_get_constraintdef(oid, true), ', ' ORDER BY pg_get_constraintdef(oid, true))
     FROM pg_constraint WHERE conrelid = c.oid AND contype <> 'n')) AS definition
  FROM own c WHERE relkind IN ('r', 'p', 'f')
  UNION ALL SELECT 'view', relname, pg_get_viewdef(oid) FROM own WHERE relkind IN ('v', 'm')
  UNION ALL SELECT 'index', relname, pg_get_indexdef(c.oid, 0, true) || indisvalid
    FROM own c JOIN pg_index ON indexrelid = c.oid WHERE NOT relispartition
  UNION ALL SELECT 'trigger', concat(tgname, ' of ', relname), concat(CASE WHEN tgparentid = 0 THEN pg_get_triggerdef(t.oid, true) END,
      tgenabled) FROM pg_trigger t JOIN own c ON c.oid = tgrelid WHERE NOT tgisinternal
  UNION ALL SELECT 'rule', concat(rulename, ' of ', relname), pg_get_ruledef(r.oid, true)
    FROM pg_rewrite r JOIN own c ON c.oid = ev_class WHERE rulename <> '_RETURN'
  UNION ALL SELECT 'policy', concat(polname, ' of ', relname), concat_ws('; ', polcmd, polpermissive,
      pg_get_expr(polqual, polrelid, true), pg_get_expr(polwithcheck, polrelid, true))
    FROM pg_policy JOIN own c ON c.oid = polrelid
  UNION ALL SELECT 'function', concat(proname, '(', pg_get_function_identity_arguments(p.oid), ')'),
      concat_ws('; ', provolatile, prosecdef, replace(array_to_string(proconfig, ', '), format('%I, pg_temp', current_schema()), '*'),
        pg_get_function_result(p.oid),
        CASE WHEN (proname, lanname, prosrc) IN (${FORMS}) THEN '*' ELSE concat(lanname, ' ', prosrc) END)
    FROM pg_proc p JOIN pg_language l ON l.oid = prolang WHERE pronamespace = current_schema()::regnamespace
      AND NOT proname ~ '^(search_|fill_search)'
      AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
  ORDER BY 1 DESC, 2`

/** The tables that events, and what is kept of them, are stored in. */
const TABLES = [EVENTS, ARRIVALS, UNNUMBERED, IDS, SEALS, PURGES, UNDER_WAY, COUNTS, TALLIES, NEW_TALLIES]

/** Triggers of partitions are those of their table, except one that each has. */
const FOREIGN = `SELECT 'a view in the place of its table' AS what, relname AS name FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1) AND relkind NOT IN ('r', 'p')
  UNION ALL SELECT 'a rule', rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class
    WHERE relnamespace = current_schema()::regnamespace AND rulename <> '_RETURN'
  UNION ALL SELECT 'a trigger that is not its own', tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
    WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal AND tgparentid = 0
      AND concat(tgname, ' ON ', relname) <> ALL($2) AND NOT (relispartition AND tgname = 'no_truncation')`

/** The triggers that the service creates. Those that somebody replaced it creates again. */
const TRIGGERS = [
  ...['identified', TALLIED].map((name) => `${name} ON ${EVENTS}`),
  ...historyTriggers().map((sql) => sql.replace(/^.* TRIGGER (\w+) .* ON (\w+)\s[^]*$/, '$1 ON $2'))
]

/** Looks for what would drop or alter events before they are stored. @throws {Error} if there is such a thing */
export async function expectUntouched(client: pg.Client) {
  const { rows } = await client.query<{ what: string; name: string }>(FOREIGN, [TABLES, TRIGGERS])
  for (const { what, name } of rows) throw foreign(what, name)
}
