/** What an issuer of tokens says of itself, which the page needs, too: the keys are another matter, see issuer.ts. */
import { secureUrl } from '../settings/kinds.ts'

/** How long an issuer has to answer, and how long it is left alone after a failure, in milliseconds. */
const TIMEOUT = 5_000
export const RETRY_AFTER = 1_000

/** Where an issuer publishes its configuration (OpenID Connect Discovery 1.0, section 4). */
export function configurationUrl(issuer: string): string {
  // Microsoft publishes the document for all tenants under the tenant `common`
  const base = issuer.replace('{tenantid}', 'common').replace(/\/$/, '')
  return `${base}/.well-known/openid-configuration`
}

/** What an issuer says of itself, as far as it is used here (OpenID Connect Discovery 1.0, section 3). */
interface IssuerConfiguration {
  issuer: string
  jwks_uri?: string
  authorization_endpoint?: string
  token_endpoint?: string
  end_session_endpoint?: string
  id_token_signing_alg_values_supported?: string[]
}

/** Fetches what an issuer publishes. @throws {Error} if it does not answer with JSON in time */
export async function fetchJson(url: string): Promise<unknown> {
  const headers = { Accept: 'application/json, application/jwk-set+json' }
  const response = await fetch(url, { redirect: 'manual', headers, signal: AbortSignal.timeout(TIMEOUT) })
  if (response.status !== 200) throw new Error(`The issuer answered ${response.status} for ${url}.`)
  return response.json()
}

/**
 * Discovers the configuration of an issuer (OpenID Connect Discovery 1.0, section 4).
 * @param authority the address that it is found under, if that is not its name
 * @throws {Error} if the issuer does not answer, or another one does
 */
export async function discover(issuer: string, authority = issuer): Promise<IssuerConfiguration> {
  const document = (await fetchJson(configurationUrl(authority))) as IssuerConfiguration
  if (document.issuer !== issuer && document.issuer !== authority)
    throw new Error(`The configuration of the issuer is that of another one, ${document.issuer}.`)
  return document
}

/**
 * An address that the configuration of an issuer names, which keys come from, or which codes and tokens are sent to.
 * @throws {Error} if it is not secure, or there is none
 */
export function endpoint(given: unknown): string {
  const url = secureUrl('').read(given)
  if (url === undefined) throw new Error(`An endpoint of the issuer is not a URL with https: ${String(given)}.`)
  return url
}

/**
 * Makes a function that finds something once. After a failure it looks again, but not at every request: anybody may
 * send many, without a token.
 */
export function findOnce<Found>(find: () => Promise<Found>): () => Promise<Found> {
  let found: Promise<Found> | undefined
  let failedAt = Infinity
  const attempt = () =>
    find().catch((error: unknown) => {
      failedAt = performance.now()
      throw error
    })
  return () => {
    if (performance.now() - failedAt >= RETRY_AFTER) {
      found = undefined
      failedAt = Infinity
    }
    return (found ??= attempt())
  }
}
