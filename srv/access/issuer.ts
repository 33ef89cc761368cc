/** The keys of the issuer, which verify the signatures of tokens. */
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'
import type { Settings } from '../settings/settings.ts'
import { discover, endpoint, findOnce, RETRY_AFTER, TIMEOUT } from './discovery.ts'

export type AccessSettings = Settings['requires']['auth']

/** How long keys are cached, and how long they are not fetched again for tokens that name unknown ones. */
const MAX_AGE = 600_000
export const COOLDOWN = 30_000

interface IssuerKeys {
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
