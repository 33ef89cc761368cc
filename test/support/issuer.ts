/** An issuer of tokens on loopback, and tokens that it did not issue. */
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT, exportSPKI, importJWK, type CryptoKey, type JWTPayload } from 'jose'
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server'

export const AUDIENCE = 'api://provisioning-log'

/** Gives an issuer a key that a worker of Jest makes once: one of RSA takes a processor a tenth of a second. */
async function addKey({ keys }: OAuth2Issuer, algorithm: string) {
  const file = join(tmpdir(), `key-${algorithm}-${process.env.JEST_WORKER_ID}.json`)
  if (existsSync(file)) await keys.add(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)
  else writeFileSync(file, JSON.stringify(await keys.generate(algorithm, { kid: algorithm })))
}

/**
 * Starts an OpenID provider with a key for each algorithm. It counts how often it is asked for its keys and for its
 * configuration, and can be made to fail, to withdraw keys, to have them twice, to say whose they are, or that they are
 * elsewhere.
 * @param path of the issuer; two segments stand for one tenant, or all of them
 */
export async function startIssuer(path: '' | '/{tenantid}/v2.0' = '', algorithms = ['RS256']) {
  const issuer = new OAuth2Issuer()
  for (const algorithm of algorithms) await addKey(issuer, algorithm)
  const provider = new OAuth2Service(issuer)
  const state = {
    asked: 0,
    discovered: 0,
    fails: false,
    withdrawn: [] as string[],
    twice: [] as string[],
    owners: {} as Record<string, string>,
    keysAt: ''
  }
  const server = createServer((req, res) => {
    req.url = req.url?.replace(/^\/[^/]+\/v2\.0/, '')
    if (req.url === '/jwks') state.asked++
    if (req.url === '/.well-known/openid-configuration') state.discovered++
    if (state.fails) res.writeHead(500).end()
    else if (state.keysAt && req.url === '/.well-known/openid-configuration')
      res.writeHead(200).end(JSON.stringify({ issuer: issuer.url, jwks_uri: state.keysAt }))
    else if (req.url === '/jwks') {
      const keys = issuer.keys.toJSON().filter(({ kid = '' }) => !state.withdrawn.includes(kid))
      const all = [...keys, ...keys.filter(({ kid = '' }) => state.twice.includes(kid))]
      const owned = all.map((key) => ({ ...key, issuer: state.owners[key.kid ?? ''] }))
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys: owned }))
    } else provider.requestHandler(req, res)
  })
  const listen = async (port = 0) => {
    await once(server.listen(port, '127.0.0.1').unref(), 'listening')
    return (server.address() as AddressInfo).port
  }
  const port = await listen()
  const url = `http://127.0.0.1:${port}`
  issuer.url = url + path
  return {
    url,
    /** The settings of a service that takes its tokens. */
    settings: { CDS_REQUIRES_AUTH_ISSUER: url, CDS_REQUIRES_AUTH_AUDIENCE: AUDIENCE },
    jwks: `${url}/jwks`,
    state,
    keys: issuer.keys,
    provider,
    restart: () => listen(port),
    stop: async () => {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
    ...tokensOf(issuer)
  }
}

function tokensOf(issuer: OAuth2Issuer) {
  const standard = { iss: issuer.url as string, aud: AUDIENCE, sub: 'someone' }

  /** A token as the issuer builds and signs it. */
  function issue(claims: JWTPayload, kid = 'RS256', typ?: string) {
    const scopesOrTransform = (header: object, payload: JWTPayload) => {
      Object.assign(payload, standard, claims)
      if (typ !== undefined) Object.assign(header, { typ })
    }
    return issuer.buildToken({ kid, scopesOrTransform })
  }

  /** A token that someone else signed. */
  function forge(claims: JWTPayload, key: KeyObject | Uint8Array, header: { alg: string; kid?: string }) {
    const token = new SignJWT({ ...standard, ...claims }).setProtectedHeader(header)
    return token.setIssuedAt().setExpirationTime('1h').sign(key)
  }

  let key: KeyObject | undefined
  const ownKey = () => (key ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)

  return {
    issue,
    signedByOthers: (claims: JWTPayload, header: { alg: string; kid?: string } = { alg: 'RS256', kid: 'RS256' }) =>
      forge(claims, ownKey(), header),
    signedByUnknown: (claims: JWTPayload) => forge(claims, ownKey(), { alg: 'RS256', kid: randomUUID() }),
    /** By HMAC, with the public key of the issuer as the secret. */
    signedByPublicKey: async (claims: JWTPayload) => {
      const { kty, n, e } = issuer.keys.get('RS256') as { kty: string; n: string; e: string }
      const pem = await exportSPKI((await importJWK({ kty, n, e }, 'RS256')) as CryptoKey)
      return forge(claims, new TextEncoder().encode(pem), { alg: 'HS256', kid: 'RS256' })
    },
    unsigned: (claims: JWTPayload) => {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      return `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...standard, exp: seconds() + 3600, ...claims })}.`
    }
  }
}

/** Now, in the unit of tokens. */
export const seconds = () => Math.floor(Date.now() / 1000)
