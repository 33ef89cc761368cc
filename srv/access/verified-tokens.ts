/**
 * Tokens whose signature was verified, so that it is verified once and not with each request. A token is known until it
 * expires, or the keys of the issuer are fetched again: one of them may be gone.
 */
import { hash } from 'node:crypto'
import { RecentlyUsed } from '../values/recently-used.ts'

/** The most characters of the tokens that are remembered, together. */
const MOST_CHARACTERS = 4_000_000

/** When a token is valid, in seconds since 1970 (RFC 7519, 4.1.4 and 4.1.5). */
interface Lifetime {
  exp: number
  nbf: number | undefined
}

/**
 * Makes a memory of verified tokens.
 * @param leeway by how much the clock of the issuer may differ, in seconds
 * @param version the version of the keys; undefined while they must be fetched before a token is checked
 */
export function verifiedTokens<Meaning>(leeway: number, version: () => number | undefined) {
  const tokens = new RecentlyUsed<{ meaning: Meaning; lifetime: Lifetime }>(MOST_CHARACTERS)
  let current: number | undefined

  /** Forgets what was verified by other keys than the current ones. */
  function forgetOthers(): boolean {
    if (version() !== current) tokens.clear()
    current = version()
    return current !== undefined
  }

  return {
    /** What a token means; undefined if it must be verified. */
    find: (token: string): Meaning | undefined => {
      const found = forgetOthers() ? tokens.get(keyOf(token)) : undefined
      return found && isValid(found.lifetime, leeway) ? found.meaning : undefined
    },
    /** Remembers a token that was verified. @param before the version of the keys before it was verified */
    add: (token: string, meaning: Meaning, lifetime: Lifetime, before: number | undefined) => {
      if (forgetOthers() && before === current) tokens.set(keyOf(token), { meaning, lifetime }, token.length)
    }
  }
}

/** The whole token, its signature included. The hash is as short for any token, and is no secret. */
const keyOf = (token: string) => hash('sha256', token, 'base64')

/** As jose decides it, in whole seconds: a token that is not valid any longer is verified again, and refused there. */
function isValid({ exp, nbf = -Infinity }: Lifetime, leeway: number): boolean {
  const now = Math.floor(Date.now() / 1000)
  return exp > now - leeway && nbf <= now + leeway
}
