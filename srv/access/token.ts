/** Checks access tokens (JSON Web Tokens, RFC 7519 and 8725). */
import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose'
import { RequestError } from '../errors/errors.ts'
import { issuerKeys, type AccessSettings } from './issuer.ts'

/** Signatures by keys that only the issuer has. HMAC and `none` would let anyone sign. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA']

/** What jose throws if the issuer is at fault, not the token. */
const FAULTS_OF_ISSUER = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']

/**
 * Makes a function that checks a token.
 * @returns a function that returns the claims of the token. It throws {@link RequestError}: 401 if the token is not
 *   valid, 503 if it cannot be checked now
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
      throw refusal(cause)
    }
  }
}

/** The expected issuer. Where each tenant has its own, it is that of the tenant in the token. */
function issuerOf(token: string, { issuer }: AccessSettings): string {
  if (!issuer.includes('{tenantid}')) return issuer
  const { tid } = decodeJwt(token)
  if (typeof tid !== 'string') throw new errors.JWTInvalid('The token names no tenant.')
  return issuer.replace('{tenantid}', () => tid)
}

function refusal(cause: unknown): RequestError {
  const refused = (message: string) => new RequestError('unauthenticated', message, undefined, { cause })
  if (cause instanceof errors.JWTExpired) return refused('The access token has expired.')
  if (cause instanceof errors.JOSEError && !FAULTS_OF_ISSUER.includes(cause.code))
    return refused('The access token is not valid.')
  const message = 'The access token cannot be checked now, as its issuer does not answer.'
  return new RequestError('serviceUnavailable', message, undefined, { cause })
}
