/**
 * Signing in at the issuer: OpenID Connect with the authorization code flow and PKCE (RFC 6749, 7636 and 9700). This is
 * loaded only where people sign in.
 */
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import { memory } from './memory.ts'

/** What the service says of signing in: see srv/access/sign-in.ts. */
export interface SignIn {
  client_id: string
  scope: string
  /** The names of permissions to read the log. */
  permissions: string[]
  server: oauth.AuthorizationServer & { authorization_endpoint: string; token_endpoint: string }
}

export interface Tokens {
  access: string
  refresh: string | undefined
  /** Who signed in, as people call them. */
  name: string
}

/** What a sign-in that was begun leaves in this tab until the issuer has answered. */
interface Begun {
  state: string
  nonce: string
  verifier: string
}

/** The answer of an issuer to no sign-in of this tab: an old one, or one that somebody else began. */
class NotBegun extends Error {}

const begun = memory<Begun>('sign-in')

/** Where the issuer sends people back to: it must be registered there just so. */
const RETURN = new URL('./', document.baseURI).href

/** The service gives addresses with http only if they are on the same machine: see srv/access/sign-in.ts. */
const options = { [oauth.allowInsecureRequests]: true }

/** Leaves the page for the issuer. Back does not lead to the page without anybody signed in. */
export async function begin({ client_id, scope, server }: SignIn) {
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  begun.keep({ state, nonce, verifier })
  const url = new URL(server.authorization_endpoint)
  const parameters = {
    ...{ response_type: 'code', client_id, scope, redirect_uri: RETURN, state, nonce },
    ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  location.replace(url)
}

/**
 * Gets the tokens for the answer of an issuer.
 * @param query of the URL that the issuer sent the browser to
 * @throws {Error} whatever is wrong with the answer: see {@link reasonOf}
 */
export async function complete({ client_id, server }: SignIn, query: URLSearchParams): Promise<Tokens> {
  const { state, nonce, verifier } = begun.take() ?? {}
  if (state === undefined || verifier === undefined || query.get('state') !== state) throw new NotBegun()
  const client = { client_id }
  const code = oauth.validateAuthResponse(server, client, query, state)
  const response = await oauth.authorizationCodeGrantRequest(
    ...([server, client, oauth.None(), code, RETURN, verifier, options] as const)
  )
  const checks = { expectedNonce: nonce ?? '', requireIdToken: true }
  const issuer = await issuerOf(server, response)
  const answer = await oauth.processAuthorizationCodeResponse(issuer, client, response, checks)
  const name = nameIn(oauth.getValidatedIdTokenClaims(answer))
  return { access: answer.access_token, refresh: answer.refresh_token, name }
}

/** What people call somebody, by the claims of OpenID Connect Core 1.0, section 5.1. */
function nameIn(claims: oauth.IDToken | undefined): string {
  const names = [claims?.name, claims?.preferred_username, claims?.email, claims?.sub]
  return names.find((name): name is string => typeof name === 'string' && name !== '') ?? ''
}

/**
 * Gets new tokens for old ones.
 * @throws {Error} if the issuer gives none
 */
export async function renew({ client_id, server }: SignIn, { refresh = '', name }: Tokens): Promise<Tokens> {
  const client = { client_id }
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refresh, options)
  const answer = await oauth.processRefreshTokenResponse(await issuerOf(server, response), client, response)
  return { access: answer.access_token, refresh: answer.refresh_token ?? refresh, name }
}

/** The address that ends the session at the issuer, if it has one. No token is in it, so the issuer may ask again. */
export function addressOfEnd({ client_id, server }: SignIn): URL | undefined {
  if (server.end_session_endpoint === undefined) return undefined
  const url = new URL(server.end_session_endpoint)
  url.searchParams.set('client_id', client_id)
  url.searchParams.set('post_logout_redirect_uri', RETURN)
  return url
}

/** Where each tenant has an issuer of its own, it is that of the tenant in the ID token, as it is for the service. */
async function issuerOf(server: oauth.AuthorizationServer, response: Response): Promise<oauth.AuthorizationServer> {
  if (!server.issuer.includes('{tenantid}') || !response.ok) return server
  const { id_token = '' } = (await response.clone().json()) as { id_token?: string }
  const { tid } = decodeJwt(id_token)
  return { ...server, issuer: server.issuer.replace('{tenantid}', () => String(tid)) }
}

/** Why somebody could not sign in, as a whole sentence. */
export function reasonOf(error: unknown): string {
  if (error instanceof NotBegun) return 'That sign-in was not begun in this tab, or it is over already.'
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    const { error: code, error_description: description } = error
    const told = description ? `: ${description.replace(/[.\s]+$/, '')}` : ''
    if (code === 'access_denied') return `You did not give consent, or may not use this page${told}.`
    return `The issuer answered ${code}${told}.`
  }
  if (!isSecureContext) return 'Browsers sign in over https only.'
  if (error instanceof TypeError) return 'The issuer does not answer, or does not allow this page to ask it for tokens.'
  if (error instanceof DOMException)
    return `The browser does not let the page keep what signing in needs: ${error.message}`
  return `The answer of the issuer is not valid: ${error instanceof Error ? error.message : String(error)}.`
}
