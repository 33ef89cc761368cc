/** The keys of the issuer, which verify the signatures of tokens. */
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTVerifyGetKey } from 'jose'
import type { Settings } from '../settings/settings.ts'

export type AccessSettings = Settings['requires']['auth']

const TIMEOUT = 5_000
const RETRY_AFTER = 1_000

/** How long keys are cached. */
const MAX_AGE = 600_000

/**
 * Makes a function that finds the key of a token. Keys are cached for ten minutes, and fetched again when a token names
 * an unknown one, but not more often than configured.
 */
export function issuerKeys({ issuer, jwks_uri, jwks_cooldown }: AccessSettings): JWTVerifyGetKey {
  const get = patientFetch()
  let keys: Promise<JWTVerifyGetKey> | undefined
  const find = async () => remoteKeys(new URL(jwks_uri ?? (await discover(issuer, get))), jwks_cooldown * 1000, get)
  return async (header, token) => {
    keys ??= find()
    // the next token tries again
    const found = await keys.catch((error: unknown) => {
      keys = undefined
      throw error
    })
    return found(header, token)
  }
}

/** The keys at an address. This decides when to fetch them: jose uses the time of day, which can jump. */
function remoteKeys(url: URL, cooldown: number, get: FetchImplementation): JWTVerifyGetKey {
  const timing = { cacheMaxAge: Infinity, cooldownDuration: Infinity, timeoutDuration: TIMEOUT }
  const keys = createRemoteJWKSet(url, { ...timing, [customFetch]: get })
  let fetchedAt = -Infinity
  const age = () => performance.now() - fetchedAt
  const reload = async () => {
    await keys.reload()
    fetchedAt = performance.now()
  }
  return async (header, token) => {
    if (age() >= MAX_AGE) await reload()
    try {
      return await keys(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || age() < cooldown) throw error
      await reload()
      return keys(header, token)
    }
  }
}

/** Where an issuer publishes its configuration (OpenID Connect Discovery 1.0, section 4). */
export function configurationUrl(issuer: string): string {
  // Microsoft publishes the document for all tenants under the tenant `common`
  const base = issuer.replace('{tenantid}', 'common').replace(/\/$/, '')
  return `${base}/.well-known/openid-configuration`
}

/** Discovers the address of the keys. */
async function discover(issuer: string, get: FetchImplementation): Promise<string> {
  const signal = AbortSignal.timeout(TIMEOUT)
  const options = { method: 'GET', headers: new Headers(), redirect: 'manual', signal } as const
  const response = await get(configurationUrl(issuer), options)
  if (response.status !== 200) throw new Error(`The issuer answered ${response.status} for its configuration.`)
  const document = (await response.json()) as { issuer?: string; jwks_uri?: string }
  if (document.issuer !== issuer || !document.jwks_uri)
    throw new Error(`The configuration of the issuer is that of another one, ${document.issuer}.`)
  return document.jwks_uri
}

/** jose limits how often keys are fetched after a success. This limits it after a failure, too. */
function patientFetch(): FetchImplementation {
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
