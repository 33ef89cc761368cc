/** What the page needs to sign people in at the issuer, by OpenID Connect: see app/session/. */
import cds from '@sap/cds'
import { RequestError } from '../errors/errors.ts'
import { accessSettings, settings } from '../settings/settings.ts'
import { discover, endpoint, findOnce } from './discovery.ts'

const LOG = cds.log('provisioning')

/**
 * Makes a function that finds how people sign in. The issuer is asked for its configuration once, when the page is
 * first opened, so that the service starts without it. None of what is found is secret: whoever opens the page gets it.
 * @returns undefined if the page is not registered at the issuer. The function throws {@link RequestError} 503 while
 *   the configuration of the issuer cannot be had
 */
export function findSignIn() {
  const { client_id, scope, authority } = settings().app
  if (client_id === undefined) return undefined
  const { issuer, permissions } = accessSettings()
  const find = async () => {
    const found = await discover(issuer, authority)
    const { end_session_endpoint: end, id_token_signing_alg_values_supported: algorithms } = found
    const server = {
      // by the names of RFC 8414
      issuer: found.issuer,
      authorization_endpoint: endpoint(found.authorization_endpoint),
      token_endpoint: endpoint(found.token_endpoint),
      ...(end !== undefined && { end_session_endpoint: endpoint(end) }),
      ...(algorithms && { id_token_signing_alg_values_supported: algorithms })
    }
    return { client_id, scope, permissions: permissions.read, server } // the permissions are for people who lack them
  }
  return findOnce(() =>
    find().catch((cause: unknown) => {
      LOG.error('People cannot sign in to the page:', cause)
      const message = 'Nobody can sign in now, as the issuer of tokens does not answer as it should.'
      throw new RequestError('serviceUnavailable', message, undefined, { cause })
    })
  )
}
