/** Why somebody could not sign in, as whole sentences. */
import { AuthorizationResponseError, ResponseBodyError } from 'oauth4webapi'

/** The answer of an issuer to no sign-in of this tab: an old one, or one that somebody else began. */
export class NotBegun extends Error {}

export function reasonOf(error: unknown): string {
  if (error instanceof NotBegun) return 'That sign-in was not begun in this tab, or it is over already.'
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
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
