/** Connections to the server, and what the service demands of it. */
import pg, { type ClientBase, type ClientConfig, type PoolConfig } from 'pg'
import { codeOf } from './failures.ts'

/** The oldest version, as `server_version_num` writes it. */
const OLDEST = 150_000

/** How long a connection may take, in milliseconds. */
const PATIENCE = 5000

const { FLOAT8, INT8, NUMERIC } = pg.types.builtins

/** Values as SQLite gives them: whole numbers as those of JavaScript, and NaN as a text. */
const PARSERS = new Map<number, (text: string) => unknown>([
  [FLOAT8, (text) => (text === 'NaN' ? text : Number(text))],
  [INT8, Number],
  [NUMERIC, Number]
])

/** @param url the database, as in `postgres://user:password@host:port/database` */
export const configuration = (url: string): ClientConfig => ({
  connectionString: url,
  ...(isNear(url) ? {} : { ssl: true }),
  application_name: 'provisioning-audit-log',
  connectionTimeoutMillis: PATIENCE,
  keepAlive: true,
  keepAliveInitialDelayMillis: PATIENCE, // a server that is gone without a word is noticed within minutes
  types: { getTypeParser: ((id: number): unknown => PARSERS.get(id) ?? pg.types.getTypeParser(id)) as never }
})

/**
 * For connections that write: what they commit is on disk, whatever the server does by default, and where they do nothing
 * in a transaction for a minute, for example as this process is suspended, the server ends it.
 */
export const WRITING: PoolConfig = {
  idle_in_transaction_session_timeout: 60_000,
  // the pool waits for it, other than its type says
  onConnect: ((client: ClientBase) => client.query('SET synchronous_commit = on')) as (client: ClientBase) => void
}

/** How long a statement may wait for a lock, and how long it may take until this process gives up, in milliseconds. */
export type Limits = Required<Pick<PoolConfig, 'lock_timeout' | 'query_timeout'>>

/**
 * Whether the server is on this machine, or the URL says itself whether the connection is encrypted. To any other server
 * it is, and the certificate is checked.
 */
function isNear(url: string) {
  const { hostname, searchParams } = new URL(url)
  return searchParams.has('sslmode') || ['', 'localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

/** Connects. The caller ends the connection. @throws the error of the server or of the network */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(configuration(url))
  client.on('error', () => {}) // its queries fail, too, and they are waited for
  await client.connect()
  return client
}

/**
 * A pool of connections. One that is lost while idle is replaced when it is needed; one that is lost in use fails its
 * queries, which are waited for. So nobody else has to hear of it.
 */
export function pool(url: string, options: PoolConfig): pg.Pool {
  const made = new pg.Pool({ ...configuration(url), ...options })
  made.on('error', () => {})
  made.on('connect', (client) => client.on('error', () => {}))
  return made
}

/**
 * Checks that the service can run on a database.
 * @throws {Error} that says in a sentence why not
 */
export async function expectUsable(url: string) {
  const client = await connect(url).catch((error: unknown) => {
    throw new Error(`The service does not start: ${reasonOf(error)}`, { cause: error })
  })
  try {
    const { rows } = await client.query<{ version: number; encoding: string; name: string }>(
      `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS name,
        current_setting('server_encoding') AS encoding`
    )
    const [{ version, encoding, name }] = rows as [(typeof rows)[0]]
    if (version < OLDEST)
      throw new Error(`The service does not start: it needs PostgreSQL 15 or later, and the server is ${name}.`)
    if (encoding !== 'UTF8')
      throw new Error(`The service does not start: the encoding of the database must be UTF8, and it is ${encoding}.`)
  } finally {
    await client.end()
  }
}

const REASONS: Record<string, string> = {
  '28P01': 'the database server refuses the user or the password.',
  '28000': 'the database server refuses the user, or wants another kind of connection.',
  '3D000': 'the database server has no database of this name.',
  ENOTFOUND: 'the host of the database server is unknown.',
  EAI_AGAIN: 'the host of the database server is unknown.',
  ECONNREFUSED: 'no database server listens there.'
}

const reasonOf = (error: unknown) => REASONS[codeOf(error)] ?? `the database server cannot be reached.`
