/** The keys of the issuer, which verify the signatures of tokens. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import type { Settings } from '../settings/settings.ts'
import { discover, endpoint, fetchJson, findOnce, RETRY_AFTER } from './discovery.ts'

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
 * but not more often than once in the cooldown, in milliseconds. The sets of jose go by the time of day, which can jump.
 */
export function issuerKeys({ issuer, jwks_uri }: AccessSettings, cooldown: number): IssuerKeys {
  const address = findOnce(async () => jwks_uri ?? endpoint((await discover(issuer)).jwks_uri))
  let keys: JWTVerifyGetKey
  let fetching: Promise<void> | undefined
  let fetches = 0
  let fetchedAt = -Infinity
  let failedAt = -Infinity
  const age = () => performance.now() - fetchedAt

  async function fetchKeys() {
    try {
      keys = createLocalJWKSet((await fetchJson(await address())) as JSONWebKeySet)
      fetches++
      fetchedAt = performance.now()
    } catch (error) {
      failedAt = performance.now()
      throw error
    } finally {
      fetching = undefined
    }
  }

  async function reload() {
    if (performance.now() - failedAt < RETRY_AFTER) throw new Error('The issuer could not be reached a moment ago.')
    await (fetching ??= fetchKeys())
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
