/** The keys of the issuer, which verify the signatures of tokens. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from 'jose'
import type { Settings } from '../settings/settings.ts'
import { discover, endpoint, fetchJson, findOnce, RETRY_AFTER } from './discovery.ts'

export type AccessSettings = Settings['requires']['auth']

/** How long keys are cached, and how long they are not fetched again for tokens that name unknown ones. */
const MAX_AGE = 600_000
export const COOLDOWN = 30_000

interface IssuerKeys {
  /** Finds the key of a token. @param issuer the one that the token must have */
  findFor: (issuer: string) => JWTVerifyGetKey
  /** Changes when the keys are fetched. Undefined while they must be fetched before a token is checked. */
  version: () => number | undefined
}

/**
 * Prepares the keys of an issuer. They are cached for ten minutes, and fetched again when a token names an unknown one,
 * but not more often than once in the cooldown, in milliseconds. The sets of jose go by the time of day, which can jump.
 */
export function issuerKeys({ issuer, jwks_uri }: AccessSettings, cooldown: number): IssuerKeys {
  const address = findOnce(async () => jwks_uri ?? endpoint((await discover(issuer)).jwks_uri))
  const isShared = issuer.includes('{tenantid}')
  let keysOf: (issuer: string) => JWTVerifyGetKey
  let fetching: Promise<void> | undefined
  let fetches = 0
  let fetchedAt = -Infinity
  let failedAt = -Infinity
  const age = () => performance.now() - fetchedAt

  async function fetchKeys() {
    try {
      const fetched = (await fetchJson(await address())) as JSONWebKeySet
      const all = createLocalJWKSet(fetched)
      keysOf = isShared ? byIssuer(fetched.keys) : () => all
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
    findFor: (expected) => async (header, token) => {
      if (age() >= MAX_AGE) await reload()
      try {
        return await keysOf(expected)(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || age() < cooldown) throw error
        await reload()
        return keysOf(expected)(header, token)
      }
    },
    version: () => (age() < MAX_AGE ? fetches : undefined)
  }
}

/**
 * The keys that tokens of an issuer may be signed with, where tenants share an address of keys (RFC 8725, 3.8). There a
 * key can name whose it is: Microsoft's name `…/{tenantid}/v2.0`, or the issuer of personal accounts alone.
 */
function byIssuer(keys: JWK[]): (issuer: string) => JWTVerifyGetKey {
  const shared = keys.filter((key) => ownerOf(key) === undefined)
  const owned = Map.groupBy(keys, ownerOf)
  owned.delete(undefined)
  const sets = new Map([...owned].map(([issuer, own]) => [issuer, createLocalJWKSet({ keys: [...shared, ...own] })]))
  const ofOthers = createLocalJWKSet({ keys: shared })
  return (issuer) => sets.get(issuer) ?? ofOthers
}

/** The only issuer whose tokens a key signs; undefined if it signs those of any. */
function ownerOf({ issuer }: JWK & { issuer?: unknown }): string | undefined {
  return typeof issuer === 'string' && !issuer.includes('{tenantid}') ? issuer : undefined
}
