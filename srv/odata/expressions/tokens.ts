/** The tokens of OData expressions (OData ABNF 4.01, sections 4 to 7). */
import { RequestError } from '../../errors/errors.ts'
import { searchAt } from './search.ts'

export interface Token {
  kind: Exclude<Pattern, 'space' | 'unsupported'> | 'search' | 'end'
  /** As written, without the quotes. */
  text: string
  /** The type of an enumeration literal. */
  type?: string
  /** Where the token starts in the expression, in UTF-16 code units from 0. */
  position: number
}

// Longer forms come first: a date and time begins like a date, which begins like a number.
const PATTERNS = [
  ['space', /\s+/y],
  ['symbol', /[(),/:;*=[\]{}]/y],
  // most tokens: what else begins with a letter goes on with another character
  ['name', /(?!(?:INF|NaN)\b)[A-Za-z_$]\w*(?=[\s/,()]|$)/y],
  ['string', /'(?:[^']|'')*'/y],
  ['phrase', /"(?:[^"\\]|\\.)*"/y], // in JSON and in `search`
  ['unsupported', /geo(?:graphy|metry)'[^']*'/iy],
  ['unsupported', /@[\p{L}_][\p{L}\p{N}_]*(?:(?:\.[\p{L}_][\p{L}\p{N}_]*)+(?:#\w+)?|#\w+)/uy], // an annotation
  ['duration', /duration'[^']*'/iy],
  ['binary', /binary'[\w-]*={0,2}'/iy],
  ['enum', /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)+'(?:[^']|'')*'/uy],
  ['guid', /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\w-])/iy],
  // a colon may follow: the one of `case`
  ['dateTime', /-?\d{4,}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)(?!\w)/iy],
  ['date', /-?\d{4,}-\d\d-\d\d(?![\w-])/y],
  ['time', /\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?!\w)/y],
  ['number', /[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.-])/y],
  ['number', /(?:-?INF|NaN)(?![\p{L}\p{N}_.])/uy],
  ['name', /[\p{L}_$][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*/uy],
  ['alias', /@[\p{L}_][\p{L}\p{N}_]*/uy],
  ['symbol', /-/y]
] as const

type Pattern = (typeof PATTERNS)[number][0]

/**
 * Splits an expression into tokens.
 * @param option the query option that it is the value of, for errors
 * @returns its tokens without white space, closed by a token of kind `end`
 * @throws {RequestError} 400 with the position of the text that is no token, 501 for a geo literal or an annotation
 */
export function tokenize(expression: string, option: string): Token[] {
  const tokens: Token[] = []
  let position = 0
  while (position < expression.length) {
    const [kind, text] = tokenAt(expression, position)
    if (!kind) throw new RequestError('invalidQueryOption', whatIsNoToken(expression, position, option), option)
    if (kind === 'unsupported') {
      const message = `The service does not implement ${text}, at position ${position} of ${option}.`
      throw new RequestError('notImplemented', message, option)
    }
    const type = kind === 'enum' ? { type: text.slice(0, text.indexOf("'")) } : {}
    if (kind !== 'space') tokens.push({ kind, text: unquoted(kind, text), position, ...type })
    position += text.length
    if (beginsSearch(tokens, text)) {
      const search = searchAt(expression, position)
      tokens.push({ kind: 'search', text: search, position })
      position += search.length
    }
  }
  return [...tokens, { kind: 'end', text: 'the end', position }]
}

/** Says what is no token, whole: the first character of a date tells nobody that its offset from UTC is missing. */
function whatIsNoToken(expression: string, position: number, option: string) {
  const [text] = /^(?:[^\s(),']{1,50}|[^])/u.exec(expression.slice(position)) as unknown as [string]
  if (/^\d{4}-\d\d-\d\dT/i.test(text)) {
    return `'${text}' needs an offset from UTC such as Z or +02:00, at position ${position} of ${option}.`
  }
  return `There is nothing that ${option} can begin at position ${position} with: '${text}'.`
}

/** Whether tokens end with `search(` of `$apply`, or `$search=` of `$count`: what follows has tokens of its own. */
function beginsSearch(tokens: Token[], symbol: string) {
  const name = symbol === '(' || symbol === '=' ? tokens.at(-2) : undefined
  return name?.kind === 'name' && /^(search\(|\$?search=)$/i.test(name.text + symbol)
}

/** Whether a token is one of some symbols, which a text can be like. */
export const isSymbol = ({ kind, text }: Token, ...symbols: string[]) => kind === 'symbol' && symbols.includes(text)

const QUOTED = new Set<Pattern>(['string', 'duration', 'binary', 'enum'])

function unquoted(kind: Pattern, text: string) {
  if (kind === 'phrase') return text.slice(1, -1)
  if (!QUOTED.has(kind)) return text
  return text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'")
}

function tokenAt(expression: string, position: number): [Pattern | undefined, string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = position
    const found = pattern.exec(expression)
    if (found) return [kind, found[0]]
  }
  return [undefined, '']
}
