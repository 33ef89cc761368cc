/** Checks access tokens (JSON Web Tokens, RFC 7519 and 8725). */
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose'
import { RequestError } from '../errors/errors.ts'
import { issuerKeys } from './issuer.ts'
import type { AccessSettings } from './settings.ts'

/** Signatures by keys that only the issuer has. HMAC and `none` would let anyone sign. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** What jose throws where not the token is at fault, but the issuer. */
const FAULTS_OF_ISSUER = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']

/**
 * Makes a function that checks a token.
 * @returns a function that gives the claims of the token, and throws {@link RequestError}: 401 if the token is not good,
 *   503 if that cannot be found out now
 */
export function tokenChecker(settings: AccessSettings): (token: string) => Promise<JWTPayload> {
  const { audience, leeway } = settings
  const keys = issuerKeys(settings)
  return async (token) => {
    try {
      const options = { issuer: issuerOf(token, settings), audience, clockTolerance: leeway }
      const { payload } = await jwtVerify(token, keys, { ...options, algorithms: ALGORITHMS, requiredClaims: ['exp'] })
      return payload
    } catch (cause) {
      throw Object.assign(refusal(cause), { cause })
    }
  }
}

/** The issuer that the token must have: where every tenant has one of its own, that of the tenant that the token names. */
function issuerOf(token: string, { issuer }: AccessSettings): string {
  if (!issuer.includes('{tenantid}')) return issuer
  const { tid } = decodeJwt(token)
  if (typeof tid !== 'string') throw new errors.JWTInvalid('The token names no tenant.')
  return issuer.replace('{tenantid}', () => tid)
}

function refusal(error: unknown): RequestError {
  if (error instanceof errors.JWTExpired) return new RequestError('unauthenticated', 'The access token has expired.')
  if (error instanceof errors.JOSEError && !FAULTS_OF_ISSUER.includes(error.code))
    return new RequestError('unauthenticated', 'The access token is not valid.')
  return new RequestError(
    'serviceUnavailable',
    'The access token cannot be checked now, as its issuer does not answer.'
  )
}
