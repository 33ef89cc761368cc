/** The issuer of the access tokens, on the loopback interface. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server'

export interface Issuer {
  url: string
  audience: string
  /** A token that may read and create the events of a tenant. */
  token: string
}

const AUDIENCE = 'api://provisioning-log'
const LIFETIME = 86_400 // seconds

/**
 * Starts an issuer that signs by RS256, as Microsoft Entra ID does. It does not keep the process alive.
 * @param tenant the tenant of the events
 */
export async function startIssuer(tenant: unknown): Promise<Issuer> {
  const issuer = new OAuth2Issuer()
  await issuer.keys.generate('RS256')
  const server = createServer(new OAuth2Service(issuer).requestHandler).unref()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  issuer.url = url
  const claims = { aud: AUDIENCE, sub: 'bench', tid: tenant, roles: ['ProvisioningLog.ReadWrite.All'] }
  const token = await issuer.buildToken({
    expiresIn: LIFETIME,
    scopesOrTransform: (_header, payload) => void Object.assign(payload, claims)
  })
  return { url, audience: AUDIENCE, token }
}
