/** The keys of the issuer, which verify the signatures of tokens. */
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import { secureUrl } from '../settings/kinds.ts'
import type { Settings } from '../settings/settings.ts'

export type AccessSettings = Settings['requires']['auth']

const TIMEOUT = 5_000
const RETRY_AFTER = 1_000

/** How long keys are cached, and how long they are not fetched again for tokens that name unknown ones. */
const MAX_AGE = 600_000
export const COOLDOWN = 30_000

/** The keys of an issuer, fetched when they are needed. */
interface IssuerKeys {
  /** Finds the key of a token. */
  find: JWTVerifyGetKey
  /** Changes when the keys are fetched. Undefined while they must be fetched before a token is checked. */
  version: () => number | undefined
}

/**
 * Prepares the keys of an issuer. They are cached for ten minutes, and fetched again when a token names an unknown one,
 * but not more often than once in the cooldown, in milliseconds.
 */
export function issuerKeys({ issuer, jwks_uri }: AccessSettings, cooldown: number): IssuerKeys {
  let version: IssuerKeys['version'] = () => undefined
  const addressOfKeys = async () => endpoint((await discover(issuer)).jwks_uri)
  const keys = findOnce(async () => {
    const opened = remoteKeys(new URL(jwks_uri ?? (await addressOfKeys())), cooldown)
    version = opened.version
    return opened
  })
  return { find: async (header, token) => (await keys()).find(header, token), version: () => version() }
}

/** The keys at an address. This decides when to fetch them: jose uses the time of day, which can jump. */
function remoteKeys(url: URL, cooldown: number): IssuerKeys {
  const timing = { cacheMaxAge: Infinity, cooldownDuration: Infinity, timeoutDuration: TIMEOUT }
  const keys = createRemoteJWKSet(url, { ...timing, [customFetch]: patientFetch() })
  let fetches = 0
  let fetchedAt = -Infinity
  const age = () => performance.now() - fetchedAt
  const reload = async () => {
    await keys.reload()
    fetches++
    fetchedAt = performance.now()
  }
  return {
    find: async (header, token) => {
      if (age() >= MAX_AGE) await reload()
      try {
        return await keys(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || age() < cooldown) throw error
        await reload()
        return keys(header, token)
      }
    },
    version: () => (age() < MAX_AGE ? fetches : undefined)
  }
}

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

/**
 * Discovers the configuration of an issuer (OpenID Connect Discovery 1.0, section 4).
 * @param authority the address that it is found under, if that is not its name
 * @throws {Error} if the issuer does not answer, or another one does
 */
export async function discover(issuer: string, authority = issuer): Promise<IssuerConfiguration> {
  const signal = AbortSignal.timeout(TIMEOUT)
  const response = await fetch(configurationUrl(authority), { redirect: 'manual', signal })
  if (response.status !== 200) throw new Error(`The issuer answered ${response.status} for its configuration.`)
  const document = (await response.json()) as IssuerConfiguration
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
 * Makes a function that finds something once. After a failure it looks again, but not at every request: anybody may send
 * many, without a token.
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

/** jose limits how often keys are fetched after a success. This limits it after a failure, too. */
function patientFetch(): typeof fetch {
  let failedAt = -Infinity
  return async (url, options) => {
    if (performance.now() - failedAt < RETRY_AFTER) throw new Error('The issuer could not be reached a moment ago.')
    try {
      const response = await fetch(url, options)
      if (!response.ok) failedAt = performance.now()
      return response
    } catch (error) {
      failedAt = performance.now()
      throw error
    }
  }
}
