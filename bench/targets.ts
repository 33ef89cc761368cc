/** The servers that are compared: how each is started. */
import { basename, join, resolve } from 'node:path'
import { flat, structured, type Dialect } from './requests.ts'

const BENCH = import.meta.dirname
export const ROOT = join(BENCH, '..')
const CAP = join(ROOT, 'node_modules/@sap/cds/bin')

export const TARGET_NAMES = ['service', 'three', 'bare', 'before', 'baseline', 'ceiling', 'plain'] as const
export type TargetName = (typeof TARGET_NAMES)[number]

/** How a target is started. */
export interface Definition {
  name: TargetName
  dialect: Dialect
  /** The access token of its clients, if it asks for one. */
  token?: string | undefined
  /** What its filled logs are called, which targets share that store the same. */
  log: string
  /** The files that say what it stores, as glob patterns: a log is filled anew when they have changed. */
  stores: string[]
  /** The working directory. */
  folder: string
  /** The arguments of Node.js. */
  args: string[]
  env: (file: string) => Record<string, string>
  /** The number of instances, if there are several: the connections of clients take turns. */
  instances?: number
  /** The arguments of Node.js that create the tables, if the server does not. */
  deploy?: string[]
  /** The script that fills a log faster than by `$batch`, given the number of events and the seed of the generator. */
  fill?: string
}

/** The issuer of access tokens: the settings of a service that takes them, and one. */
export interface Issuer {
  settings: { CDS_REQUIRES_AUTH_ISSUER: string; CDS_REQUIRES_AUTH_AUDIENCE: string }
  token: string
}

/** The role of the service on PostgreSQL, which does not own the tables. */
export const ROLE = { username: 'service', password: 'of-the-service' }

/** As `npm start` does. */
const STARTED = { CDS_TYPESCRIPT: 'true', NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled') }

/** All clients have one address, and do not reach the limit. */
const UNLIMITED = { CDS_SERVER_RATE__LIMIT_LIMIT: '1000000000' }

const DUMMY = { kind: 'dummy', impl: '@sap/cds/lib/srv/middlewares/auth/dummy-auth.js', issuer: 'http://localhost' }
const BARE = {
  requires: { auth: { ...DUMMY, audience: 'none' } },
  server: { request_log: false, rate_limit: { limit: 0 } }
}

/**
 * Defines all targets.
 * @param before the folder of the other checkout
 * @param server the URL of a PostgreSQL server, for its owner; without one, targets use SQLite
 */
export function definitionsOf({ settings, token }: Issuer, before = '', server?: string) {
  /** The databases of targets on PostgreSQL have the names of their files: their URL for a user. */
  const urlOf = (file: string, user?: typeof ROLE) =>
    Object.assign(new URL(server ?? ''), { pathname: basename(file), ...user }).href
  const inFile = (file: string): Record<string, string> => ({ CDS_REQUIRES_DB_CREDENTIALS_URL: file })
  const onPostgres = (file: string): Record<string, string> => ({
    ...{ CDS_ENV: 'postgres', DATABASE_URL: urlOf(file, ROLE), CDS_REQUIRES_DB_MIGRATION__URL: urlOf(file) }
  })
  const database = server ? onPostgres : inFile

  const service = (folder: string, configured: Record<string, string> = { ...settings, ...UNLIMITED }) => ({
    ...{ dialect: structured, token, folder, log: 'service', stores: [join(folder, 'db/*.cds')] },
    args: [join(folder, 'srv/commands/start.ts')],
    env: (file: string) => ({ ...STARTED, ...configured, ...database(file) }),
    fill: join(folder, 'bench/filling/service.ts')
  })
  const byHand = (script: string) => ({
    ...{ dialect: structured, token, folder: ROOT, log: 'baseline', args: [join(BENCH, script)] },
    stores: [join(BENCH, 'baseline/{event,store}.ts')],
    env: (file: string): Record<string, string> => ({
      ...{ ISSUER: settings.CDS_REQUIRES_AUTH_ISSUER, AUDIENCE: settings.CDS_REQUIRES_AUTH_AUDIENCE },
      ...(server ? { DATABASE_URL: urlOf(file) } : { FILE: file })
    })
  })

  const other = resolve(before)
  const plain = join(BENCH, 'plain')
  return {
    service: service(ROOT),
    three: { ...service(ROOT), instances: 3 },
    /** Without tokens, rate limit and request log. */
    bare: { ...service(ROOT, { CDS_CONFIG: JSON.stringify(BARE) }), token: undefined },
    /** The service of another checkout, which may not know what other code has stored. */
    before: { ...service(other), log: 'before', stores: [join(other, 'db/**/*.cds'), join(other, 'srv/**/*.ts')] },
    baseline: byHand('baseline.ts'),
    ceiling: byHand('ceiling.ts'),
    plain: {
      ...{ dialect: flat, folder: plain, log: 'plain', stores: [join(plain, '*.cds')] },
      ...{ args: [join(CAP, 'serve.js')], deploy: [join(CAP, 'deploy.js')], env: inFile }
    }
  } satisfies Record<TargetName, Omit<Definition, 'name'>>
}
