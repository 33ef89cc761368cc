/** A cursor that reads the tokens of an expression one by one. */
import { RequestError, type ErrorCode } from '../../errors/errors.ts'
import { isSymbol, tokenize, type Token } from './tokens.ts'

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

  get previous(): Token {
    return this.tokens[this.index - 1] ?? this.token
  }

  take(): Token {
    const { token } = this
    if (token.kind !== 'end') this.index++
    return token
  }

  /** Takes the token if it is this symbol or keyword; keywords have no case (13.2.1). */
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
    if (++this.depth > MOST_DEPTH) this.tooDeep()
    const result = parse()
    this.depth--
    return result
  }

  /** @throws {RequestError} 400: operators and functions are within each other, more than the service takes */
  tooDeep(position = this.token.position): never {
    this.fail('The expression is nested too deeply', position)
  }

  /** @throws {RequestError} 400: with all aliases put in, the expression is larger than `MOST` in cqn/cqn.ts */
  tooLarge(position = this.token.position): never {
    this.fail('The expression is too large once its aliases and computed values are put in', position)
  }

  /** @throws {RequestError} always 501, with the position: the standard has this, and the service does not */
  unsupported(what: string, position = this.token.position): never {
    this.fail(what, position, 'notImplemented')
  }

  /** @throws {RequestError} always: 400 unless told otherwise, with the position */
  fail(what: string, position = this.token.position, code: ErrorCode = 'invalidQueryOption'): never {
    throw new RequestError(code, `${what}, at position ${position} of ${this.option}.`, this.option)
  }
}
