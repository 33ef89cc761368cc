/** The servers that are compared: how each is started. */
import { join, resolve } from 'node:path'
import { flat, structured, type Dialect } from './dialects.ts'
import type { Issuer } from './issuer.ts'

const ROOT = join(import.meta.dirname, '..')
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
  /** The working directory. */
  folder: string
  /** The arguments of Node.js. */
  args: string[]
  env: (file: string) => Record<string, string>
  /** The arguments of Node.js that create the tables, if the server does not. */
  deploy?: string[]
}

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
  if (name === 'bare' && issuer) return { ...definitionOf('service', undefined), name }
  const common = { name, dialect: structured, token: issuer?.token, folder: ROOT }
  if (name === 'baseline' || name === 'ceiling') {
    const tokens: Record<string, string> = issuer ? { ISSUER: issuer.url, AUDIENCE: issuer.audience } : {}
    return { ...common, args: [join(import.meta.dirname, `${name}.ts`)], env: (FILE) => ({ ...tokens, FILE }) }
  }
  const database = (file: string) => ({ CDS_REQUIRES_DB_CREDENTIALS_URL: file })
  if (name === 'plain') {
    const of = (command: string) => [join(CAP, command)]
    const folder = join(import.meta.dirname, 'plain')
    return { ...common, dialect: flat, folder, args: of('serve.js'), env: database, deploy: of('deploy.js') }
  }
  const folder = name === 'before' ? resolve(before) : ROOT
  const settings = issuer ? configured(issuer) : { CDS_CONFIG: JSON.stringify(BARE) }
  const env = (file: string) => ({ CDS_TYPESCRIPT: 'true', ...settings, ...database(file) })
  return { ...common, folder, args: [join(folder, 'srv/commands/start.ts')], env }
}
