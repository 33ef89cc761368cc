/** The kinds of values that settings take. */
import { isIP, isIPv4 } from 'node:net'

export interface Setting<Value> {
  /** What the setting decides, for the table in docs/operations.md. */
  meaning: string
  /** What its value must be, as the end of a sentence. */
  must: string
  /** The default, as an operator would write it. */
  initial?: unknown
  /** Whether it may be left out, though it has no initial value. */
  isOptional?: boolean
  /** @returns the value as the service uses it; undefined if it is not allowed */
  read: (given: unknown) => Value | undefined
}

const kind =
  <Value>(must: string, read: Setting<Value>['read']) =>
  (meaning: string, initial?: unknown): Setting<Value> => ({ meaning, must, initial, read })

const rangeOf = (least: number, most: number) => (most < Infinity ? `from ${least} to ${most}` : `of at least ${least}`)

const whole = (least: number, most = Infinity, unit = '') =>
  kind(`a whole number ${unit}${rangeOf(least, most)}`, (given) =>
    Number.isSafeInteger(given) && Number(given) >= least && Number(given) <= most ? Number(given) : undefined
  )

const positive = (unit: string, most: number) =>
  kind(`a number of ${unit} above 0 and up to ${most}`, (given) =>
    typeof given === 'number' && given > 0 && given <= most ? given : undefined
  )

/** In milliseconds. A timer that is set for longer fires at once: https://nodejs.org/api/timers.html. */
const LONGEST = 2 ** 31 - 1

export const count = whole(1)
export const countOrZero = whole(0)
export const milliseconds = whole(1, LONGEST, 'of milliseconds ')
export const seconds = whole(0, Infinity, 'of seconds ')
export const mebibytes = whole(64, Infinity, 'of MiB ')
export const minutes = positive('minutes', Math.floor(LONGEST / 60_000))
export const days = positive('days', 365_000)

export const flag = kind('true or false', (given) => (typeof given === 'boolean' ? given : undefined))

const UNITS = ['b', 'kb', 'mb', 'gb']

/** In bytes, written as a number or as text such as `4mb`. */
const sizeFrom = (least: number) =>
  kind(`a size such as '4mb', or a number of bytes, of at least ${least}`, (given) => {
    const [, digits, unit = 'b'] = /^(0|[1-9]\d*) ?([kmg]?b)?$/i.exec(String(given)) ?? []
    const bytes = Number(digits) * 1024 ** UNITS.indexOf(unit.toLowerCase())
    return Number.isSafeInteger(bytes) && bytes >= least ? bytes : undefined
  })

export const size = sizeFrom(1)
export const sizeOrZero = sizeFrom(0)

const isText = (given: unknown): given is string => typeof given === 'string' && given.trim() !== ''

export const text = kind('a text', (given) => (isText(given) ? given : undefined))

/** Without `openid` an issuer gives no ID token, and answers to sign-ins cannot be told apart. */
export const scopes = kind("scopes separated by spaces, 'openid' among them", (given) =>
  isText(given) && given.split(' ').includes('openid') ? given : undefined
)

const listOf = (what: string, least: number, isAllowed: (text: string) => boolean = () => true) =>
  kind(`${what}, or a JSON array of them`, (given) => {
    const list: unknown[] = [given].flat()
    return list.length >= least && list.every((each) => isText(each) && isAllowed(each))
      ? (list as string[])
      : undefined
  })

export const names = listOf('a name', 0)
export const someNames = listOf('a name', 1)
/** See https://fetch.spec.whatwg.org/#origin-header. */
export const origins = listOf('an origin such as https://portal.example.com', 0, (each) => {
  return URL.canParse(each) && new URL(each).origin === each
})

/** Keys must come by https, except from the same machine. */
export const secureUrl = kind('a URL with https', (given) => {
  if (!isText(given) || !URL.canParse(given)) return undefined
  const { protocol, hostname } = new URL(given)
  const isLocal = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isLocal) ? given : undefined
})

/** See https://expressjs.com/en/guide/behind-proxies.html. */
export const proxies = kind('true, false, the number of proxies, or a text with their addresses', (given) =>
  typeof given === 'boolean' || (isText(given) && given.split(',').every(isProxy)) ? given : countOrZero('').read(given)
)

/** An address, a range of them, or one of the names that Express knows. */
function isProxy(text: string) {
  const [address = '', range, ...others] = text.trim().split('/')
  if (range === undefined) return isIP(address) > 0 || ['loopback', 'linklocal', 'uniquelocal'].includes(address)
  const isRange = isIPv4(range) || (Number(range) > 0 && Number(range) <= (isIPv4(address) ? 32 : 128))
  return isIP(address) > 0 && isRange && !others.length
}

export const optional = <Value>(setting: Setting<Value>): Setting<Value | undefined> => ({
  ...setting,
  isOptional: true
})
