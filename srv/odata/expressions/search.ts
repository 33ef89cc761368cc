/** `$search`: free text (OData URL Conventions 4.01, 5.1.8). */
import { RequestError } from '../../errors/errors.ts'
import { allOf, anyOf, ref, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Typed } from '../../cqn/typed.ts'
import { jsonContains, textContains } from '../../database/dialect.ts'
import type { Searched } from '../../database/engine.ts'
import { soughtTogether } from './sought.ts'

const MOST_TERMS = 20
/** A word or a phrase ends before white space or a parenthesis. */
const TOKEN = /\s*(?:"((?:[^"\\]|\\.)+)"(?=[\s()]|$)|([()])|([^\s()"'][^\s()"]*)(?=[\s()]|$))/y
const PIECE = /"((?:[^"\\]|\\.?)*)(?:"|$)|([()])|([^\s()"]+)/gs
const INCOMPLETE = /^\s*'((?:[^']|'')*)'\s*$/

/** The condition for what a search finds. */
type SearchCondition = Pick<Typed, 'cqn' | 'texts'>

/**
 * Parses a search expression: words and phrases, with AND, OR, NOT and parentheses. Words that follow each other must
 * all be found. Case does not matter, and a word also matches within a longer one. AND, OR and NOT are words where no
 * operator can stand. An incomplete expression, which stands in single quotes, is what of it is complete (5.1.8.1).
 * @param found makes the condition for a term in lower case
 * @throws {RequestError} 400 if the expression is not complete
 */
export function parseSearch(expression: string, found: (term: string) => Cqn): SearchCondition {
  const tokens = tokensOf(expression)
  if (tokens.length > 4 * MOST_TERMS) throw tooMany()
  let index = 0
  let count = 0

  /** Takes an operator. Without an operand after it, `AND`, `OR` or `NOT` is a word. */
  function accept(operator: string) {
    const isIt = tokens[index]?.operator === operator && (operator === ')' || beginsCondition(tokens[index + 1]))
    if (isIt) index++
    return isIt
  }

  function alternatives(): SearchCondition {
    const first = conditions()
    if (!accept('OR')) return first
    const all = [first]
    do all.push(conditions())
    while (accept('OR'))
    return { cqn: anyOf(...all.map(({ cqn }) => cqn)), ...soughtTogether('or', all) }
  }

  function conditions(): SearchCondition {
    const all = [condition()]
    while (accept('AND') || beginsAnother()) all.push(condition())
    return { cqn: allOf(...all.map(({ cqn }) => cqn)), ...soughtTogether('and', all) }
  }

  const beginsAnother = () =>
    beginsCondition(tokens[index]) && (tokens[index]?.operator !== 'OR' || !beginsCondition(tokens[index + 1]))

  function condition(): SearchCondition {
    if (accept('NOT')) return { cqn: xpr('not', condition().cqn) }
    if (accept('(')) {
      const inner = alternatives()
      if (!accept(')')) throw incomplete()
      return inner
    }
    const term = tokens[index++]?.term?.toLowerCase()
    if (term === undefined) throw incomplete()
    if (++count > MOST_TERMS) throw tooMany()
    return { cqn: found(term), texts: [[[{ text: val(term) }]]] }
  }

  if (!tokens.length && INCOMPLETE.test(expression)) return { cqn: xpr(val(1), '=', val(1)) }
  const whole = alternatives()
  if (index < tokens.length) throw incomplete()
  return whole
}

const beginsCondition = (token: SearchToken | undefined) => token !== undefined && token.operator !== ')'

const incomplete = () => new RequestError('invalidQueryOption', 'The expression of $search is not complete.', '$search')
const tooMany = () => new RequestError('invalidQueryOption', `$search takes at most ${MOST_TERMS} terms.`, '$search')

/** The condition that one of the columns contains a term. */
export function foundIn({ text, json }: Searched): (term: string) => Cqn {
  return (term) => {
    const inText = text.map((column) => textContains(ref(column), term))
    return anyOf(...inText, ...json.map((column) => jsonContains(ref(column), term)))
  }
}

/** `AND`, `OR` and `NOT` are both: their place decides. */
interface SearchToken {
  term?: string
  operator?: string
}

function tokensOf(expression: string): SearchToken[] {
  const [, text] = INCOMPLETE.exec(expression) ?? []
  return text === undefined ? complete(expression) : completed(text.replaceAll("''", "'"))
}

function complete(expression: string): SearchToken[] {
  const found: SearchToken[] = []
  const text = expression.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text)
    if (!match) throw new RequestError('invalidQueryOption', 'A quoted part of $search does not end.', '$search')
    found.push(tokenOf(match))
  }
  return found
}

/** What is complete of an expression: phrases and parentheses may lack their ends, and others may be left over. */
function completed(text: string): SearchToken[] {
  const found: SearchToken[] = []
  let depth = 0
  for (const match of text.matchAll(PIECE)) {
    const token = tokenOf(match)
    if (token.operator === '(') depth++
    if (token.operator === ')' && --depth < 0) depth = 0
    else if (token.operator === ')' && found.at(-1)?.operator === '(') found.pop()
    else if (token.term !== '') found.push(token)
  }
  for (; found.at(-1)?.operator === '('; depth--) found.pop()
  return [...found, ...Array<SearchToken>(depth).fill({ operator: ')' })]
}

function tokenOf([, phrase, operator, word = '']: RegExpExecArray): SearchToken {
  if (phrase !== undefined) return { term: phrase.replaceAll(/\\(.)/g, '$1') }
  if (operator) return { operator }
  return { term: word, ...(['AND', 'OR', 'NOT'].includes(word) && { operator: word }) }
}

/**
 * The search expression at a position in another expression: it ends before a parenthesis or semicolon of that one. A
 * phrase that lacks its end has all of the rest: to look for the end of each quote in it would take the square of the time.
 */
export function searchAt(expression: string, position: number): string {
  let [depth, length] = [0, 0]
  for (const [piece] of expression
    .slice(position)
    .matchAll(/"(?:[^"\\]|\\.?)*(?:"|$)|^\s*'(?:[^']|'')*'(?=\s*[);])|./gs)) {
    if (depth === 0 && (piece === ')' || piece === ';')) break
    if (piece === '(') depth++
    if (piece === ')') depth--
    length += piece.length
  }
  return expression.slice(position, position + length)
}
