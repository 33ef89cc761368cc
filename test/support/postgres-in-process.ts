/** Imported before CAP: a service in the process of the test keeps its log in PostgreSQL, in a database of its own. */
import { postgresFor } from './postgres.ts'

process.env.CDS_ENV = 'postgres'

beforeAll(async () => {
  Object.assign(process.env, await postgresFor(process.env.CDS_REQUIRES_DB_CREDENTIALS_URL as string))
})
