/** Connections to the server, and what the service demands of it. */
import pg, { type ClientConfig, type PoolConfig } from 'pg'
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

/**
 * What the service relies on, whatever a role or a database sets by default. Limits of time that it sets itself for a
 * connection have priority; to create an index or to verify a large log takes minutes. Before version 18 `enable_seqscan`
 * makes plans look so expensive that the server compiles them, for seconds and to no gain.
 */
const ALWAYS =
  '-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0 ' +
  '-c standard_conforming_strings=on -c row_security=on -c jit=off'

/** @param url as in `postgres://user:password@host:port/database` @param options of the connection besides */
export const configuration = (url: string, options = ''): ClientConfig => ({
  connectionString: url,
  options: `${ALWAYS} ${options}`,
  ...(isNear(url) ? {} : { ssl: true }),
  application_name: 'provisioning-audit-log',
  connectionTimeoutMillis: PATIENCE,
  keepAlive: true,
  keepAliveInitialDelayMillis: PATIENCE, // a server that is gone without a word is noticed within minutes
  types: { getTypeParser: ((id: number): unknown => PARSERS.get(id) ?? pg.types.getTypeParser(id)) as never }
})

/** How long a statement may wait for a lock, and how long it may take until this process gives up, in milliseconds. */
export type Limits = Required<Pick<PoolConfig, 'lock_timeout' | 'query_timeout'>>

/** A statement that this process gives up on after a time in milliseconds, as the server may be gone without a word. */
export const timed = (text: string, values: unknown[], query_timeout: number) => ({ text, values, query_timeout })

/**
 * Whether the server is on this machine, or the URL says itself whether the connection is encrypted. To any other
 * server it is, and the certificate is checked.
 */
function isNear(url: string) {
  const { hostname, searchParams } = new URL(url)
  if (searchParams.get('sslmode')) return true
  // as `pg` finds it; a path is that of a socket of this machine
  const host = searchParams.get('host') || decodeURIComponent(hostname) || process.env.PGHOST || 'localhost'
  return host.startsWith('/') || ['localhost', '127.0.0.1', '::1', '[::1]'].includes(host)
}

/** Connects. The caller ends the connection. @throws the error of the server or of the network */
export async function connect(url: string, options = ''): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client(configuration(url, options))
  client.on('error', () => {}) // its queries fail, too, and they are waited for
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

/**
 * A pool of connections. One that is lost while idle is replaced when it is needed; one that is lost in use fails its
 * queries, which are waited for. So nobody else has to hear of it.
 */
export function pool(url: string, { options, ...others }: PoolConfig): pg.Pool {
  const made = new pg.Pool({ ...configuration(url, options), ...others })
  made.on('error', () => {})
  made.on('connect', (client) => client.on('error', () => {}))
  return made
}

/** Works on a connection of a pool. Where that fails, the connection is not used again. */
export async function onConnection<Result>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<Result>) {
  const client = await pool.connect()
  let isUsable = false
  try {
    const result = await work(client)
    isUsable = true
    return result
  } finally {
    client.release(!isUsable)
  }
}

/**
 * A pool of one connection that writes: what it commits is on disk, and each statement sees what was committed before
 * it, whatever the server does by default. Where it does nothing in a transaction for a minute, for example as this
 * process is suspended, the server ends it.
 */
export const writer = (url: string, { options = '', ...others }: PoolConfig = {}): pg.Pool =>
  pool(url, {
    idle_in_transaction_session_timeout: 60_000,
    options: String.raw`-c synchronous_commit=on -c default_transaction_isolation=read\ committed ${options}`,
    ...others,
    idleTimeoutMillis: 0, // or else it would close what is in a transaction, or has a lock, after 10 s without a statement
    max: 1
  })

interface Server {
  version: number
  encoding: string
  name: string
  is_standby: boolean
  has_settings: boolean
}

/** A setting of a connection that reaches the server only if nobody between keeps it. */
const MARK = '-c provisioning.connected=directly'

const SERVER = `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS name,
  current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS is_standby,
  coalesce(current_setting('provisioning.connected', true), '') = 'directly' AS has_settings`

const POOLED =
  'the settings of its connections do not reach the database server, as behind a pooler such as PgBouncer. Name the server ' +
  'itself: the service has a pool of its own.'

const OPTIONS =
  'the URL of the database has `options`, which the service sets itself. Set what they are for by ALTER ROLE … IN DATABASE ….'

/** Checks that the service can run on a database. @throws {Error} that says why not */
export async function expectUsable(url: string) {
  if (new URL(url).searchParams.has('options')) throw new Error(OPTIONS)
  await using client = await connect(url, MARK).catch((error: unknown) => {
    throw new Error(reasonOf(error), { cause: error })
  })
  const { rows } = await client.query<Server>(timed(SERVER, [], PATIENCE))
  const [{ version, encoding, name, is_standby, has_settings }] = rows as [Server]
  if (version < OLDEST) throw new Error(`it needs PostgreSQL 15 or later, and the server is ${name}.`)
  if (encoding !== 'UTF8') throw new Error(`the encoding of the database must be UTF8, and it is ${encoding}.`)
  if (is_standby) throw new Error('the database server is a standby, which only reads.')
  if (!has_settings) throw new Error(POOLED)
}

const REASONS: Record<string, string> = {
  '28P01': 'the database server refuses the user or the password.',
  '28000': 'the database server refuses the user, or wants another kind of connection.',
  '42501': 'its user may not connect to the database: GRANT CONNECT is missing.',
  '3D000': 'the database server has no database of this name.',
  ENOTFOUND: 'the host of the database server is unknown.',
  EAI_AGAIN: 'the host of the database server is unknown.',
  ECONNREFUSED: 'no database server listens there.',
  '53300': 'the database server has no connection left for it.',
  '57P03': 'the database server is starting or stopping.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the database server is that of another host.'
}

/** What PgBouncer and RDS Proxy say about settings of connections that they do not pass on. */
const OF_POOLERS = /startup parameter|command-line options/

/** Of Node.js, for a certificate that is not trusted: https://nodejs.org/api/tls.html#x509-certificate-error-codes. */
const OF_CERTIFICATES = /CERT|ISSUER|VERIFY/

function reasonOf(error: unknown) {
  const code = codeOf(error)
  const { message } = error as Error
  const known = REASONS[code]
  if (known !== undefined) return known
  if (OF_POOLERS.test(message)) return POOLED
  if (OF_CERTIFICATES.test(code))
    return `the certificate of the database server is not trusted (${code}). NODE_EXTRA_CA_CERTS names the file of its authority.`
  if (message.includes('password must be a string'))
    return 'the database server asks for a password, and neither the URL nor PGPASSWORD has one.'
  if (message.includes('does not support SSL')) return 'the database server does not encrypt connections.'
  return `the database server cannot be reached: ${message}.`
}
