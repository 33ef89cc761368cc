/** The access tokens of requests, as one checks them with `jose`. The environment has `ISSUER` and `AUDIENCE`, or neither. */
import type { IncomingMessage } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { Refusal } from './http.ts'

const { ISSUER: issuer = '', AUDIENCE: audience = '' } = process.env
const keys = issuer ? createRemoteJWKSet(new URL('/jwks', issuer)) : undefined
const options = { issuer, audience, algorithms: ['RS256'], requiredClaims: ['exp'] }

/**
 * Checks the token of a request.
 * @throws {Refusal} 401 if it is missing or not valid
 */
export async function expectToken({ headers }: IncomingMessage) {
  if (!keys) return
  try {
    await jwtVerify(headers.authorization?.slice('Bearer '.length) ?? '', keys, options)
  } catch {
    throw new Refusal(401, 'unauthenticated', 'The request has no valid access token.')
  }
}
