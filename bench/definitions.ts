/** The servers that are compared: how each is started. */
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { flat, handWritten, structured, type Dialect } from './dialects.ts'
import type { Issuer } from './issuer.ts'

const BENCH = import.meta.dirname
const ROOT = join(BENCH, '..')
const CAP = join(ROOT, 'node_modules/@sap/cds/bin')

/**
 * All targets; `three` is three instances of the service, `bare` the service without tokens, rate limit and request log,
 * `before` that of another checkout.
 */
export const TARGET_NAMES = ['service', 'three', 'bare', 'before', 'baseline', 'ceiling', 'plain'] as const
export type TargetName = (typeof TARGET_NAMES)[number]

/** How a target is started. */
export interface Definition {
  name: TargetName
  dialect: Dialect
  /** The access token of its clients, if it asks for one. */
  token: string | undefined
  /** The target whose filled logs it uses: itself, or one that stores the same. */
  filledAs: TargetName
  /** The files that say what it stores, absolute, as a glob pattern. */
  model: string
  /** The working directory. */
  folder: string
  /** The arguments of Node.js. */
  args: string[]
  env: (file: string) => Record<string, string>
  /** The number of instances, if there are several: the connections of clients take turns. */
  instances?: number
  /** The arguments of Node.js that create the tables, if the server does not. */
  deploy?: string[]
  /** The arguments of Node.js that fill a log, before the number of events and the seed; without them it is by `$batch`. */
  fill?: string[]
}

/** As `npm start` does. */
const STARTED = { CDS_TYPESCRIPT: 'true', NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled') }

/** The role of the service on PostgreSQL, which does not own the tables. */
export const ROLE = { username: 'service', password: 'of-the-service' }

const BARE = {
  requires: {
    auth: {
      kind: 'dummy',
      impl: '@sap/cds/lib/srv/middlewares/auth/dummy-auth.js',
      issuer: 'http://localhost',
      audience: 'none'
    }
  },
  server: { request_log: false, rate_limit: { limit: 0 } }
}

/** The databases of targets on PostgreSQL have the names of their files: their URL for a user. */
const databaseOn = (server: string, file: string, user?: typeof ROLE) =>
  Object.assign(new URL(server), { pathname: basename(file), ...user }).href

/** What an operator sets. All clients have one address, and do not reach the limit. */
const configured = ({ url, audience }: Issuer) => ({
  CDS_REQUIRES_AUTH_ISSUER: url,
  CDS_REQUIRES_AUTH_AUDIENCE: audience,
  CDS_SERVER_RATE__LIMIT_LIMIT: '1000000000'
})

/**
 * Defines a target.
 * @param issuer whose tokens it asks for; without one, the service is `bare`, and no target asks for tokens
 * @param before the folder of the checkout for the target of that name
 * @param server the URL of a PostgreSQL server, for its owner; without one, targets use SQLite
 */
export function definitionOf(name: TargetName, issuer: Issuer | undefined, before = '', server?: string): Definition {
  if (name === 'plain') return plain()
  if (name === 'baseline' || name === 'ceiling') return byHand(name, issuer, server)
  if (name === 'before') return { ...service(resolve(before), issuer, server), name, filledAs: name }
  return {
    ...service(ROOT, name === 'bare' ? undefined : issuer, server),
    name,
    ...(name === 'three' && { instances: 3 })
  }
}

function service(folder: string, issuer: Issuer | undefined, server?: string): Definition {
  const settings = issuer ? configured(issuer) : { CDS_CONFIG: JSON.stringify(BARE) }
  const filler = join(folder, 'bench/filling/service.ts')
  return {
    ...{ name: 'service', filledAs: 'service', dialect: structured, token: issuer?.token, folder },
    model: join(folder, 'db/*.cds'),
    args: [join(folder, 'srv/commands/start.ts')],
    env: (file) => ({ ...STARTED, ...settings, ...(server ? onPostgres(server, file) : database(file)) }),
    ...(existsSync(filler) && { fill: [filler] })
  }
}

function byHand(name: TargetName, issuer: Issuer | undefined, server?: string): Definition {
  const tokens: Record<string, string> = issuer ? { ISSUER: issuer.url, AUDIENCE: issuer.audience } : {}
  return {
    ...{ name, filledAs: 'baseline', dialect: handWritten, token: issuer?.token, folder: ROOT },
    model: join(BENCH, 'baseline/{event,store}.ts'),
    args: [join(BENCH, `${name}.ts`)],
    env: (FILE) => ({ ...tokens, ...(server ? { DATABASE_URL: databaseOn(server, FILE) } : { FILE }) }),
    fill: [join(BENCH, 'filling/baseline.ts')]
  }
}

function plain(): Definition {
  const folder = join(BENCH, 'plain')
  return {
    ...{ name: 'plain', filledAs: 'plain', dialect: flat, token: undefined, folder },
    model: join(folder, '*.cds'),
    args: [join(CAP, 'serve.js')],
    env: database,
    deploy: [join(CAP, 'deploy.js')]
  }
}

const database = (file: string) => ({ CDS_REQUIRES_DB_CREDENTIALS_URL: file })

const onPostgres = (server: string, file: string) => ({
  CDS_ENV: 'postgres',
  DATABASE_URL: databaseOn(server, file, ROLE),
  CDS_REQUIRES_DB_MIGRATION__URL: databaseOn(server, file)
})
