/** The servers that are compared: how each is started. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { flat, handWritten, structured, type Dialect } from './dialects.ts'
import type { Issuer } from './issuer.ts'

const BENCH = import.meta.dirname
const ROOT = join(BENCH, '..')
const CAP = join(ROOT, 'node_modules/@sap/cds/bin')

/** All targets; `bare` is the service without tokens, rate limit and request log, `before` that of another checkout. */
export const TARGET_NAMES = ['service', 'bare', 'before', 'baseline', 'ceiling', 'plain'] as const
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
  /** The arguments of Node.js that create the tables, if the server does not. */
  deploy?: string[]
  /** The arguments of Node.js that fill a log, before the number of events and the seed; without them it is by `$batch`. */
  fill?: string[]
}

/** As `npm start` does. */
const STARTED = { CDS_TYPESCRIPT: 'true', NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled') }

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
 */
export function definitionOf(name: TargetName, issuer: Issuer | undefined, before = ''): Definition {
  if (name === 'plain') return plain()
  if (name === 'baseline' || name === 'ceiling') return byHand(name, issuer)
  if (name === 'before') return { ...service(resolve(before), issuer), name, filledAs: name }
  return { ...service(ROOT, name === 'bare' ? undefined : issuer), name }
}

function service(folder: string, issuer: Issuer | undefined): Definition {
  const settings = issuer ? configured(issuer) : { CDS_CONFIG: JSON.stringify(BARE) }
  const filler = join(folder, 'bench/filling/service.ts')
  return {
    ...{ name: 'service', filledAs: 'service', dialect: structured, token: issuer?.token, folder },
    model: join(folder, 'db/*.cds'),
    args: [join(folder, 'srv/commands/start.ts')],
    env: (file) => ({ ...STARTED, ...settings, ...database(file) }),
    ...(existsSync(filler) && { fill: [filler] })
  }
}

function byHand(name: TargetName, issuer: Issuer | undefined): Definition {
  const tokens: Record<string, string> = issuer ? { ISSUER: issuer.url, AUDIENCE: issuer.audience } : {}
  return {
    ...{ name, filledAs: 'baseline', dialect: handWritten, token: issuer?.token, folder: ROOT },
    model: join(BENCH, 'baseline/{event,store}.ts'),
    args: [join(BENCH, `${name}.ts`)],
    env: (FILE) => ({ ...tokens, FILE }),
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
