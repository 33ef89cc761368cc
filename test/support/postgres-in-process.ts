/**
 * Imported before CAP: a service in the process of the test keeps its log in PostgreSQL, in a database of its own. It has a
 * role of its own there.
 */
import { asService, postgresFor } from './postgres.ts'

process.env.CDS_ENV = 'postgres'

beforeAll(async () => {
  const { DATABASE_URL: owner = '' } = await postgresFor(process.env.CDS_REQUIRES_DB_CREDENTIALS_URL as string)
  Object.assign(process.env, await asService(owner))
  const { env } = (await import('@sap/cds')).default as unknown as { env: { requires: { db: object } } }
  Object.assign(env.requires.db, { migration_url: owner }) // it has read the environment
})
