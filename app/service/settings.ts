/** What the page needs to know of the service before it can ask it: see srv/http/page.ts. */
import { json } from './request.ts'

export interface Settings {
  /** Whether the page may offer to fill the log with generated events. */
  development: boolean
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
