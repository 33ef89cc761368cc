/** The tokens of OData expressions (OData ABNF 4.01, sections 4 to 7). */
import { RequestError } from '../errors.ts'

export type TokenKind =
  | 'string'
  | 'phrase'
  | 'number'
  | 'dateTime'
  | 'date'
  | 'time'
  | 'duration'
  | 'guid'
  | 'name'
  | 'alias'
  | 'symbol'
  | 'end'

export interface Token {
  kind: TokenKind
  /** As written; of a string the value, without quotes. */
  text: string
  /** Where the token starts in the expression, in UTF-16 code units from 0. */
  position: number
}

type Pattern = TokenKind | 'space' | 'enum'

// Longer forms come first: a date and time begins as a date does, which begins as a number does.
const PATTERNS: [Pattern, RegExp][] = [
  ['space', /\s+/y],
  ['string', /'(?:[^']|'')*'/y],
  ['phrase', /"(?:[^"\\]|\\.)*"/y], // only in `search` of $apply
  ['duration', /duration'[^']*'/y],
  ['enum', /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)+'(?:[^']|'')*'/uy],
  ['guid', /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\w-])/iy],
  ['dateTime', /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)(?![\w:])/iy],
  ['date', /\d{4}-\d\d-\d\d(?![\w:-])/y],
  ['time', /\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?![\w:])/y],
  ['number', /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.-])/y],
  ['name', /[\p{L}_$][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*/uy],
  ['alias', /@[\p{L}_][\p{L}\p{N}_]*/uy],
  ['symbol', /[(),/:*=[\]-]/y]
]

/**
 * Takes an expression apart.
 * @param option the query option that it is the value of, for errors
 * @returns its tokens without white space, closed by a token of kind `end`
 * @throws {RequestError} 400 naming the position of what is not a token
 */
export function tokenize(expression: string, option: string): Token[] {
  const tokens: Token[] = []
  let position = 0
  while (position < expression.length) {
    const [kind, text] = tokenAt(expression, position)
    if (!kind)
      throw new RequestError(
        'invalidQueryOption',
        `There is nothing that ${option} can begin at position ${position} with: '${expression[position]}'.`,
        option
      )
    // microsoft.graph.provisioningResult'failure': the strings of enumerations are open, so the type says nothing more
    if (kind === 'string' || kind === 'enum') tokens.push({ kind: 'string', text: unquoted(text), position })
    else if (kind === 'phrase') tokens.push({ kind, text: text.slice(1, -1), position })
    else if (kind === 'duration') tokens.push({ kind, text: unquoted(text), position })
    else if (kind !== 'space') tokens.push({ kind, text, position })
    position += text.length
  }
  return [...tokens, { kind: 'end', text: 'the end', position }]
}

function unquoted(text: string) {
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
