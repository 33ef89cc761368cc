/** The secret of the tokens in links: see odata/request/link-tokens.ts. It is kept in the file, so tokens survive a restart. */
import { randomBytes } from 'node:crypto'
import { transaction, type LogConnection } from './connection.ts'
import { SECRETS } from './tables.ts'

/**
 * Reads the secret of a log, and creates it if there is none. Call it after the schema was migrated.
 * @returns 32 bytes
 */
export async function tokenSecret(database: LogConnection): Promise<Buffer> {
  const find = database.prepare(`SELECT secret FROM ${SECRETS} WHERE number = 1`)
  const insert = database.prepare(`INSERT OR IGNORE INTO ${SECRETS} (number, secret) VALUES (1, ?)`)
  if (!find.get()) await transaction(database, () => insert.run(randomBytes(32).toString('base64url')))
  const { secret } = find.get() as { secret: string }
  return Buffer.from(secret, 'base64url')
}
