/** The tokens of OData expressions (OData ABNF 4.01, sections 4 to 7), and a cursor that reads them one by one. */
import { RequestError, type ErrorCode } from '../../errors/errors.ts'
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
    const [text] = pattern.exec(expression) ?? []
    if (text) return [kind, text]
  }
  return [undefined, '']
}

/** How deep expressions may nest, and how many tokens they may have: SQLite takes a depth of 1,000. */
const MOST_DEPTH = 100
const MOST_TOKENS = 2_000

/** Reads the tokens of a query option, and reports errors with their position. */
export class Cursor {
  private readonly tokens: Token[]
  private readonly option: string
  private index = 0
  private depth: number

  /**
   * @param expression the value of a query option, or a part of it
   * @param outer the cursor of the expression that uses this one as the value of an alias
   * @throws {RequestError} 400 for text that is no token
   */
  constructor(expression: string, option: string, outer?: Cursor) {
    this.tokens = tokenize(expression, option)
    this.option = option
    this.depth = outer?.depth ?? 0
    if (this.tokens.length > MOST_TOKENS) this.fail(`The expression has more than ${MOST_TOKENS} tokens`)
  }

  get token(): Token {
    return this.tokens[this.index] as Token
  }

  get next(): Token {
    return this.tokens[this.index + 1] ?? this.token
  }

  take(): Token {
    const { token } = this
    if (token.kind !== 'end') this.index++
    return token
  }

  /** Takes the token if it is this symbol or keyword; keywords have no case (12.2.1). */
  accept(text: string): boolean {
    const { kind, text: found } = this.token
    const isIt = isSymbol(this.token, text) || (kind === 'name' && found.toLowerCase() === text)
    if (isIt) this.index++
    return isIt
  }

  expect(text: string) {
    if (!this.accept(text)) this.fail(`'${text}' is expected instead of '${this.token.text}'`)
  }

  name(what: string): string {
    if (this.token.kind !== 'name') this.fail(`${what} is expected instead of '${this.token.text}'`)
    return this.take().text
  }

  end() {
    if (this.token.kind !== 'end') this.fail(`'${this.token.text}' is not expected`)
  }

  /** Parses one or more items, separated by commas. */
  list<Item>(item: () => Item): Item[] {
    const items = [item()]
    while (this.accept(',')) items.push(item())
    return items
  }

  /** Parses what is in parentheses. */
  enclosed<Result>(parse: () => Result): Result {
    this.expect('(')
    const result = parse()
    this.expect(')')
    return result
  }

  /** Parses a part that may contain itself. */
  nested<Result>(parse: () => Result): Result {
    if (++this.depth > MOST_DEPTH) this.fail('The expression is nested too deeply')
    const result = parse()
    this.depth--
    return result
  }

  /** @throws {RequestError} 400: with all aliases put in, the expression is larger than `MOST` in cqn/cqn.ts */
  tooLarge(position = this.token.position): never {
    this.fail('The expression is too large once its aliases and computed values are put in', position)
  }

  /** @throws {RequestError} always: 400 unless told otherwise, with the position */
  fail(what: string, position = this.token.position, code: ErrorCode = 'invalidQueryOption'): never {
    throw new RequestError(code, `${what}, at position ${position} of ${this.option}.`, this.option)
  }
}
