/** Who may migrate the schema: one instance at a time, and none that is older than the schema. */
import type pg from 'pg'
import { EVENTS } from '../tables.ts'
import { MIGRATING } from './locks.ts'
import { queryOn } from './sql.ts'

/**
 * The version of the schema that this code works with. It grows with every change of `db/` and of what the service adds
 * to the tables, so that a service of an earlier version does not take the change back when it starts.
 */
export const VERSION = 23

const VERSIONS = 'provisioning_log_SchemaVersions'

/**
 * Migrates the schema, or a part of it, if the user may do so. Other instances that start at the same time wait.
 * @param client a connection for this migration only: the lock is released with it
 * @throws {Error} if the schema is newer than this code, or older where the user may not migrate it
 */
export async function migrateAlone(client: pg.Client, migrate: () => Promise<void>) {
  await client.query(`SELECT pg_advisory_lock(${MIGRATING})`)
  const version = await versionOf(client)
  if (version > VERSION) throw new Error(tooNew(version))
  const lack = await lackOf(client)
  if (lack === undefined) await migrate()
  else if (version < VERSION) throw new Error(tooOld(lack))
}

/** Notes that all of the migration was done. */
export async function noteVersion(client: pg.Client) {
  const insert = `INSERT INTO ${VERSIONS} (number, version) VALUES (1, $1)
    ON CONFLICT (number) DO UPDATE SET version = excluded.version`
  await queryOn(client)(insert, VERSION)
}

/** Checks that there is a log, and that its schema is that of this code. @throws {Error} if not */
export async function expectVersion(client: pg.Client) {
  const version = await versionOf(client)
  if (!version) throw new Error(NO_LOG)
  if (version !== VERSION)
    throw new Error('its schema is that of another version of the service. Start this version once.')
}

export const NO_LOG = 'the database has no log.'

const tooNew = (version: number) =>
  `The service does not start: the schema of the database has version ${version}, and this service knows those up to
  ${VERSION}. A newer one has migrated it.`.replaceAll(/\s+/g, ' ')

const tooOld = (lack: string) =>
  `The service does not start: the schema has to be migrated, and the user of the database ${lack}. Start the service once ` +
  'with requires.db.migration_url, as the owner of the schema.'

/** What the user lacks to migrate the schema: it must own the tables, or be allowed to create them. */
async function lackOf(client: pg.Client) {
  const rows = await queryOn(client)<{ schema: string | null; owner: string | null; may: boolean }>(
    `SELECT current_schema() AS schema, pg_get_userbyid(relowner) AS owner,
       coalesce(pg_has_role(relowner, 'USAGE'), has_schema_privilege(current_schema(), 'CREATE')) AS may
     FROM (SELECT) AS one LEFT JOIN pg_class ON oid = to_regclass($1)`,
    `"${EVENTS}"`
  )
  const [{ schema, owner, may }] = rows as [(typeof rows)[0]]
  if (schema === null) return 'finds no schema: GRANT USAGE ON SCHEMA, or its search_path, is missing'
  if (may) return undefined
  return owner === null
    ? `may not create tables: GRANT CREATE ON SCHEMA ${schema} is missing`
    : `does not own the tables, but ${owner} does`
}

/** Checks that a user may use the tables. @throws {Error} if a migration has not given it the rights */
export async function expectRights(client: pg.Client) {
  if (!(await mayUse(client, EVENTS, 'INSERT'))) throw new Error(NO_RIGHTS)
}

const NO_RIGHTS =
  'The service does not start: its user of the database does not find the tables, or may not use them. Start it once with ' +
  'requires.db.migration_url, as the owner of the schema, who gives it the rights; both need the same search_path.'

/** Whether the user has a right on a table; null if it finds none. */
async function mayUse(client: pg.Client, table: string, right: string) {
  const question = 'SELECT has_table_privilege(to_regclass($1), $2) AS may'
  const [answer] = await queryOn(client)<{ may: boolean | null }>(question, `"${table}"`, right)
  return answer?.may ?? null
}

/** The version of the schema; 0 if none was noted. @throws {Error} if the user may not read it */
async function versionOf(client: pg.Client) {
  const may = await mayUse(client, VERSIONS, 'SELECT')
  if (may === null) return 0
  if (!may) throw new Error(NO_RIGHTS)
  const [found] = await queryOn(client)<{ version: number }>(`SELECT version FROM ${VERSIONS} WHERE number = 1`)
  return found?.version ?? 0
}
