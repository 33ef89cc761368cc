/** The tokens of OData expressions (OData ABNF 4.01, sections 4 to 7). */
import { RequestError } from '../../errors/errors.ts'

export interface Token {
  kind: Exclude<Pattern, 'space' | 'unsupported'> | 'end'
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
  ['string', /'(?:[^']|'')*'/y],
  ['phrase', /"(?:[^"\\]|\\.)*"/y], // in JSON and in `search`
  ['unsupported', /geo(?:graphy|metry)'[^']*'/iy],
  ['unsupported', /@[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)+/uy], // an annotation
  ['duration', /duration'[^']*'/iy],
  ['binary', /binary'[\w-]*={0,2}'/iy],
  ['enum', /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)+'(?:[^']|'')*'/uy],
  ['guid', /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\w-])/iy],
  ['dateTime', /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)(?![\w:])/iy],
  ['date', /\d{4}-\d\d-\d\d(?![\w:-])/y],
  ['time', /\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?![\w:])/y],
  ['number', /[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.-])/y],
  ['number', /(?:-?INF|NaN)(?![\p{L}\p{N}_.])/uy],
  ['name', /[\p{L}_$][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*/uy],
  ['alias', /@[\p{L}_][\p{L}\p{N}_]*/uy],
  ['symbol', /[(),/:;*=[\]{}-]/y]
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
    if (!kind) {
      const message = `There is nothing that ${option} can begin at position ${position} with: '${expression[position]}'.`
      throw new RequestError('invalidQueryOption', message, option)
    }
    if (kind === 'unsupported') {
      const message = `The service does not implement ${text}, at position ${position} of ${option}.`
      throw new RequestError('notImplemented', message, option)
    }
    const type = kind === 'enum' ? { type: text.slice(0, text.indexOf("'")) } : {}
    if (kind !== 'space') tokens.push({ kind, text: unquoted(kind, text), position, ...type })
    position += text.length
  }
  return [...tokens, { kind: 'end', text: 'the end', position }]
}

const QUOTED = new Set<Pattern>(['string', 'duration', 'binary', 'enum'])

function unquoted(kind: Pattern, text: string) {
  if (kind === 'phrase') return text.slice(1, -1)
  if (!QUOTED.has(kind)) return text
  return text.slice(text.indexOf("'") + 1, -1).replaceAll("''", "'")
}

function tokenAt(expression: string, position: number): [Pattern | undefined, string] {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = position
    const [text] = pattern.exec(expression) ?? []
    if (text) return [kind, text]
  }
  return [undefined, '']
}
