/** The databases of the tests that run on PostgreSQL: one for each database file that a test names. */
import { createHash } from 'node:crypto'
import pg from 'pg'

/** Where the server is, in the environment of all workers of Jest. */
const SERVER = 'TEST_POSTGRES_URL'

/** Whether the services that tests start keep their logs in PostgreSQL. */
export const isOnPostgres = () => process.env.TEST_ENGINE === 'postgres'

/** Has all workers find a server. */
export const useServer = (url: string) => (process.env[SERVER] = url)

/** The environment of a service that keeps in PostgreSQL what it would keep in a file; creates the database for it. */
export async function postgresFor(file: string): Promise<Record<string, string>> {
  return { CDS_ENV: 'postgres', DATABASE_URL: await createDatabase(nameFor(file)) }
}

const nameFor = (file: string) => `of_${createHash('sha256').update(file).digest('hex').slice(0, 24)}`

/** Copies the database of a file that nobody uses to that of another one. */
export const copyOnPostgres = (file: string, copy: string) => createDatabase(nameFor(copy), '', nameFor(file))

/**
 * The environment of a service that runs with a role of its own, and migrates as the owner of the database.
 * @param url the database, for its owner
 */
export async function asService(url: string): Promise<Record<string, string>> {
  const own = new URL(url)
  Object.assign(own, { username: 'service', password: 'of-the-service' })
  await onServer(url, (client) =>
    client.query(`CREATE ROLE ${own.username} LOGIN PASSWORD '${own.password}'`).catch((error: { code?: string }) => {
      if (!['42710', '23505'].includes(error.code ?? '')) throw error as Error // another test has created it
    })
  )
  return { CDS_ENV: 'postgres', DATABASE_URL: own.href, CDS_REQUIRES_DB_MIGRATION__URL: url }
}

/** Creates a database unless it is there. Returns its URL. */
export async function createDatabase(name: string, options = '', template = 'template0') {
  const server = process.env[SERVER] as string
  await onServer(`${server}/postgres`, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
    if (!rowCount) await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} ${options}`)
  })
  return `${server}/${name}`
}

/** Works on a connection of its own. */
export async function onServer<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(url)
  client.on('error', () => {}) // a test may cut the connections of a database
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
