/** The arguments of `npm run generate`. */
import { argumentsIn } from '../../srv/commands/arguments.ts'
import { instant } from '../../srv/values/datetime.ts'

export interface Settings {
  count: number
  seed: number
  tenant: string | undefined
  until: number | undefined
  file: string | undefined
  url: string | undefined
  token: string | undefined
}

/**
 * @returns 'help' if that is asked for
 * @throws {Error} whose message is a sentence, for arguments that cannot be
 */
export function settingsIn(args: string[]): Settings | 'help' {
  if (args.includes('--help')) return 'help'
  return checked(argumentsIn(args, ['count', 'seed', 'tenant', 'until', 'file', 'url', 'token']).values)
}

type Given = Partial<Record<keyof Settings, string>>

function checked({ count, seed = '1', tenant, until, file, url, token }: Given): Settings {
  if (count === undefined) throw new Error('--count is missing.')
  if (!/^[1-9]\d{0,8}$/.test(count)) throw new Error('--count must be a whole number from 1 to 999999999.')
  if (!/^\d{1,9}$/.test(seed)) throw new Error('--seed must be a whole number from 0 to 999999999.')
  if (file !== undefined && url !== undefined) throw new Error('Only one of --file and --url can be given.')
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new Error('--url must be an http or https URL, for example http://localhost:4004.')
  if (token !== undefined && url === undefined) throw new Error('--token is for --url only.')
  if (!/^[\x20-\x7e]*$/.test(token ?? '')) throw new Error('--token must be of printable ASCII characters.')
  return { count: Number(count), seed: Number(seed), tenant, until: instantOf(until), file, url, token }
}

/** @returns milliseconds since 1970 */
function instantOf(until: string | undefined) {
  if (until === undefined) return undefined
  if (until === 'now') return Date.now()
  const found = instant(until) ?? instant(`${until}T00:00:00Z`)
  if (found) return Date.parse(`${found}Z`)
  throw new Error('--until must be a date such as 2026-10-31, a point in time such as 2026-10-31T12:00:00Z, or now.')
}
