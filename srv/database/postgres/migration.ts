/** Who may migrate the schema: one instance at a time, and none that is older than the schema. */
import type pg from 'pg'
import { EVENTS } from '../tables.ts'
import { MIGRATING } from './locks.ts'
import { withNames } from './names.ts'

/**
 * The version of the schema that this code works with. It grows with every change of `db/` and of what the service adds to
 * the tables, so that a service of an earlier version does not take the change back when it starts.
 */
export const VERSION = 3

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
  if (await mayMigrate(client)) await migrate()
  else if (version < VERSION) throw new Error(TOO_OLD)
}

/** Notes that all of the migration was done. */
export async function noteVersion(client: pg.Client) {
  await client.query(
    withNames(`INSERT INTO ${VERSIONS} (number, version) VALUES (1, $1)
      ON CONFLICT (number) DO UPDATE SET version = excluded.version`),
    [VERSION]
  )
}

/**
 * Checks that there is a log, and that its schema is that of this code.
 * @throws {Error} if not
 */
export async function expectVersion(client: pg.Client) {
  const version = await versionOf(client)
  if (!version) throw new Error('the database has no log.')
  if (version !== VERSION)
    throw new Error('its schema is that of another version of the service. Start this version once.')
}

const tooNew = (version: number) =>
  `The service does not start: the schema of the database has version ${version}, and this service knows those up to
  ${VERSION}. A newer one has migrated it.`.replaceAll(/\s+/g, ' ')

const TOO_OLD =
  'The service does not start: its user of the database may not migrate the schema, which has to be migrated. Start it once ' +
  'with requires.db.migration_url, as the owner of the schema.'

/** Whether the user owns the tables, or may create them. */
async function mayMigrate(client: pg.Client) {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass($1)),
       has_schema_privilege(current_schema(), 'CREATE')) AS may`,
    [`"${EVENTS}"`]
  )
  return rows[0]?.may === true
}

/** The version of the schema; 0 if none was noted. */
async function versionOf(client: pg.Client) {
  const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1) AS found', [`"${VERSIONS}"`])
  if (!rows[0]?.found) return 0
  const found = await client.query<{ version: number }>(withNames(`SELECT version FROM ${VERSIONS} WHERE number = 1`))
  return found.rows[0]?.version ?? 0
}
