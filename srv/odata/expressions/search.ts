/** `$search`: free text (OData URL Conventions 4.01, 5.1.8). */
import { RequestError } from '../../errors/errors.ts'
import { allOf, anyOf, func, ref, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Cursor } from './cursor.ts'
import { jsonText } from '../../database/dialect.ts'
import type { Searchable } from '../model/schema.ts'

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+))/y

/**
 * Parses a search expression: words and phrases, with AND, OR, NOT and parentheses. Words that follow each other must
 * all be found. Case does not matter, and a word also matches within a longer one.
 * @param found makes the condition for a term in lower case
 * @throws {RequestError} 400 if the expression is not complete
 */
export function parseSearch(expression: string, found: (term: string) => Cqn): Cqn {
  return new SearchParser(tokens(expression), found).whole()
}

/** The condition that one of the columns contains a term. */
export function foundIn({ text, json }: Searchable): (term: string) => Cqn {
  return (term) => {
    const inText = text.map((column) => func('contains', func('tolower', ref(column)), val(term)))
    return anyOf(...inText, ...json.map((column) => jsonText(ref(column), term)))
  }
}

/** The words of a search within a longer expression, up to the parenthesis or semicolon that ends it. */
export function searchWords(cursor: Cursor): string {
  const words: string[] = []
  for (let depth = 0; depth > 0 || ![')', ';'].includes(cursor.token.text);) {
    const { kind, text } = cursor.take()
    if (kind === 'end') cursor.fail("')' is expected")
    if (text === '(') depth++
    if (text === ')') depth--
    words.push(kind === 'phrase' ? `"${text}"` : text)
  }
  return words.join(' ')
}

type SearchToken = { term: string } | { operator: string }

function tokens(expression: string): SearchToken[] {
  const found: SearchToken[] = []
  const text = expression.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text)
    if (!match) throw new RequestError('invalidQueryOption', 'A phrase in $search does not end.', '$search')
    const [, phrase, parenthesis, word = ''] = match
    if (phrase !== undefined) found.push({ term: phrase.replaceAll(/\\(.)/g, '$1') })
    else if (parenthesis) found.push({ operator: parenthesis })
    else found.push(['AND', 'OR', 'NOT'].includes(word) ? { operator: word } : { term: word })
  }
  return found
}

const MAX_TERMS = 20

class SearchParser {
  private readonly tokens: SearchToken[]
  private readonly found: (term: string) => Cqn
  private index = 0

  constructor(tokens: SearchToken[], found: (term: string) => Cqn) {
    this.tokens = tokens
    this.found = found
    if (tokens.length > 4 * MAX_TERMS || tokens.filter((each) => 'term' in each).length > MAX_TERMS)
      throw new RequestError('invalidQueryOption', `$search takes at most ${MAX_TERMS} terms.`, '$search')
  }

  whole(): Cqn {
    const condition = this.or()
    if (this.index < this.tokens.length) this.fail()
    return condition
  }

  private accept(operator: string) {
    const token = this.tokens[this.index]
    const found = token !== undefined && 'operator' in token && token.operator === operator
    if (found) this.index++
    return found
  }

  private fail(): never {
    throw new RequestError('invalidQueryOption', 'The expression of $search is not complete.', '$search')
  }

  private or(): Cqn {
    const alternatives = [this.and()]
    while (this.accept('OR')) alternatives.push(this.and())
    return anyOf(...alternatives)
  }

  private and(): Cqn {
    const conditions = [this.factor()]
    while (this.accept('AND') || this.startsFactor()) conditions.push(this.factor())
    return allOf(...conditions)
  }

  private startsFactor() {
    const token = this.tokens[this.index]
    return token !== undefined && ('term' in token || token.operator === 'NOT' || token.operator === '(')
  }

  private factor(): Cqn {
    if (this.accept('NOT')) return xpr('not', this.factor())
    if (this.accept('(')) {
      const inner = this.or()
      if (!this.accept(')')) this.fail()
      return inner
    }
    const token = this.tokens[this.index++]
    return token && 'term' in token ? this.found(token.term.toLowerCase()) : this.fail()
  }
}
