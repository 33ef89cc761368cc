/** What the page needs to know of the service before it can ask it: see srv/http/page.ts. */
import type { SignIn } from '../session/sign-in.ts'
import { json } from './request.ts'

export interface Settings {
  /** Whether nobody signs in, and the page may offer to fill the log with generated events. */
  development: boolean
  /** How people sign in; undefined if they cannot. */
  signIn?: SignIn
}

let asked: Promise<Settings> | undefined

/** The settings, asked for once. */
export function settings(): Promise<Settings> {
  asked ??= json<Settings>('app/settings.json').catch((error: unknown) => {
    asked = undefined
    throw error
  })
  return asked
}
