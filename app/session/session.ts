/** Who uses the page: in development nobody in particular, in production whoever signed in at the issuer. */
import type { Settings } from '../service/settings.ts'
import { queryOf, viewOf } from '../state/view.ts'
import { memory } from './memory.ts'
import type { SignIn, Tokens } from './sign-in.ts'

export type Session =
  | { is: 'opening' | 'open' | 'not set up' | 'ended' | 'signed out' }
  /** The issuer gave no tokens, or the service does not let their owner read the log. */
  | { is: 'refused' | 'forbidden'; why: string }

/** The view to come back to. */
const view = memory<string>('view')
/** Somebody who signed out is not signed in again unasked. */
const signedOut = memory<true>('signed-out')
/** Signing out in one tab does so in all. */
const tabs = new BroadcastChannel('session')

let how: SignIn | undefined
/** In memory only, so that they end with the page. */
let tokens: Tokens | undefined
let renewing: Promise<boolean> | undefined
let changed: (session: Session) => void

const signingIn = () => import('./sign-in.ts')

/**
 * Opens the session of this page. Without one, the browser is sent to the issuer, which sends it back with an answer.
 * @param notify called whenever the session changes
 */
export async function open({ development, signIn }: Settings, notify: (session: Session) => void) {
  changed = notify
  if (development) return changed({ is: 'open' })
  if (!signIn) return changed({ is: 'not set up' })
  how = signIn
  tabs.onmessage = forget
  const query = new URLSearchParams(location.search)
  // a view has no `state`, but may have a `code`
  if (query.has('state') && (query.has('code') || query.has('error'))) await take(query)
  else if (signedOut.read()) changed({ is: 'signed out' })
  else await leave()
}

/** Leaves the page to sign in. */
export async function leave() {
  await attempt(async ({ begin }, signIn) => {
    signedOut.take()
    view.keep(location.search)
    await begin(signIn)
  })
}

/** Takes the answer of the issuer out of the URL, which becomes that of the view before, and the tokens for it. */
async function take(answer: URLSearchParams) {
  history.replaceState(null, '', location.pathname + queryOf(viewOf(String(view.take() ?? ''))))
  await attempt(async ({ complete }, signIn) => {
    tokens = await complete(signIn, answer)
    changed({ is: 'open' })
  })
}

async function attempt(act: (steps: Awaited<ReturnType<typeof signingIn>>, signIn: SignIn) => Promise<void>) {
  const steps = await signingIn().catch(() => undefined)
  if (!steps) return changed({ is: 'refused', why: 'The service does not answer.' })
  try {
    await act(steps, how as SignIn)
  } catch (error) {
    changed({ is: 'refused', why: steps.reasonOf(error) })
  }
}

/** Forgets the tokens in all tabs, and ends the session at the issuer if it can. */
export async function signOut() {
  forget()
  tabs.postMessage('signed out')
  const { addressOfEnd } = await signingIn()
  const end = addressOfEnd(how as SignIn)
  if (end) location.assign(end)
}

function forget() {
  tokens = undefined
  signedOut.keep(true)
  history.replaceState(null, '', location.pathname)
  changed({ is: 'signed out' })
}

/** Who signed in, if anybody did. */
export const userName = () => tokens?.name

/** Whether requests need a token, and there is one. */
export const isSignedIn = () => tokens !== undefined

/** The names of permissions to read the log. */
export const permissions = () => how?.permissions ?? []

/** As `fetch`, with the access token if there is one. If that has expired, it is renewed if the issuer allows it. */
export async function send(url: string, ask: RequestInit): Promise<Response> {
  const used = tokens
  let response = await fetch(url, authorised(ask, used))
  if (response.status === 401 && used && (await renewed(used))) response = await fetch(url, authorised(ask, tokens))
  if (!tokens) return response
  if (response.status === 401) changed({ is: 'ended' })
  if (response.status === 403) {
    const why = await messageOf(response.clone())
    if (!ask.signal?.aborted) changed({ is: 'forbidden', why }) // the first of them takes the others away
  }
  return response
}

async function messageOf(response: Response) {
  try {
    const { error } = (await response.json()) as { error: { message: string } }
    return error.message
  } catch {
    return 'The service refused the request.'
  }
}

function authorised(ask: RequestInit, used: Tokens | undefined): RequestInit {
  return used ? { ...ask, headers: { ...(ask.headers as object), Authorization: `Bearer ${used.access}` } } : ask
}

/** Requests that were refused at the same time are renewed together. */
async function renewed(used: Tokens): Promise<boolean> {
  if (used !== tokens) return tokens !== undefined
  return (renewing ??= renew(used).finally(() => (renewing = undefined)))
}

async function renew(used: Tokens): Promise<boolean> {
  if (used.refresh === undefined) return false
  try {
    const { renew } = await signingIn()
    const fresh = await renew(how as SignIn, used)
    if (tokens === undefined) return false // signed out meanwhile
    tokens = fresh
    return true
  } catch {
    used.refresh = undefined // the issuer is not asked again and again
    return false
  }
}
