/** `$search`: free text (OData URL Conventions 4.01, 5.1.8). */
import { RequestError } from '../../errors/errors.ts'
import { allOf, anyOf, ref, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import { jsonText, textContains } from '../../database/dialect.ts'
import type { Searched } from '../../database/engine.ts'

const MAX_TERMS = 20
const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+))/y

/** The condition for what a search finds, and the terms that all of it contains. */
interface SearchCondition {
  cqn: Cqn
  terms: Cqn[]
}

/**
 * Parses a search expression: words and phrases, with AND, OR, NOT and parentheses. Words that follow each other must
 * all be found. Case does not matter, and a word also matches within a longer one.
 * @param found makes the condition for a term in lower case
 * @throws {RequestError} 400 if the expression is not complete
 */
export function parseSearch(expression: string, found: (term: string) => Cqn): SearchCondition {
  const tokens = tokensOf(expression)
  if (tokens.length > 4 * MAX_TERMS || tokens.filter(({ term }) => term !== undefined).length > MAX_TERMS)
    throw new RequestError('invalidQueryOption', `$search takes at most ${MAX_TERMS} terms.`, '$search')
  let index = 0

  function accept(operator: string) {
    const isIt = tokens[index]?.operator === operator
    if (isIt) index++
    return isIt
  }

  function alternatives(): SearchCondition {
    const first = conditions()
    if (!accept('OR')) return first
    const all = [first.cqn]
    do all.push(conditions().cqn)
    while (accept('OR'))
    return { cqn: anyOf(...all), terms: [] }
  }

  function conditions(): SearchCondition {
    const all = [condition()]
    while (accept('AND') || beginsCondition(tokens[index] ?? {})) all.push(condition())
    return { cqn: allOf(...all.map(({ cqn }) => cqn)), terms: all.flatMap(({ terms }) => terms) }
  }

  function condition(): SearchCondition {
    if (accept('NOT')) return { cqn: xpr('not', condition().cqn), terms: [] }
    if (accept('(')) {
      const inner = alternatives()
      if (!accept(')')) throw incomplete()
      return inner
    }
    const { term } = tokens[index++] ?? {}
    if (term !== undefined) return { cqn: found(term.toLowerCase()), terms: [val(term.toLowerCase())] }
    throw incomplete()
  }

  const whole = alternatives()
  if (index < tokens.length) throw incomplete()
  return whole
}

const beginsCondition = ({ term, operator }: SearchToken) =>
  term !== undefined || operator === 'NOT' || operator === '('

const incomplete = () => new RequestError('invalidQueryOption', 'The expression of $search is not complete.', '$search')

/** The condition that one of the columns contains a term. */
export function foundIn({ text, json }: Searched): (term: string) => Cqn {
  return (term) => {
    const inText = text.map((column) => textContains(ref(column), term))
    return anyOf(...inText, ...json.map((column) => jsonText(ref(column), term)))
  }
}

interface SearchToken {
  term?: string
  operator?: string
}

function tokensOf(expression: string): SearchToken[] {
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
