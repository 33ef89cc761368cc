/** The shape of a whole request: see plans/plans.ts. */
import type { Exchange } from './exchange.ts'
import type { Shape } from '../../plans/plans.ts'
import type { Literal } from '../../plans/statement.ts'
import { kindOfNumber } from '../expressions/literals.ts'
import { tokenize } from '../expressions/tokens.ts'

/**
 * Finds the shape of a request for rows.
 * @param others what the answer depends on besides the query options, the user and the metadata level
 * @param given further literals of the request
 */
export function requestShape(exchange: Exchange, others: unknown[], given: Literal[] = []): Shape | undefined {
  const { options, aliases, format, scope, asReferences } = exchange
  const shape = shapeOf(options, aliases, [scope.key, format.metadata, asReferences, ...others])
  if (!shape) return undefined
  const own = shape.key + scope.literals.map(({ text }) => text).join()
  const key = hasTexts(options, aliases) ? own : shape.key
  return { key, own, literals: [...shape.literals, ...scope.literals, ...given] }
}

/** What the shape has of what somebody looks for: words of a search, and the literals of {@link OWN}. */
const SOUGHT = /search|"|(?:duration|binary)'/i

/** Whether the shape has something that somebody looks for, also in expressions in `$select`. */
function hasTexts(options: Map<string, string>, aliases: Map<string, string>): boolean {
  const isOne = (name: string, value: string) =>
    SOUGHT.test(name + value) || (name === '$select' && value.includes('('))
  return [...options, ...aliases].some(([name, value]) => isOne(name, value))
}

/** The options that are expressions, as are aliases. */
const EXPRESSIONS = ['$filter', '$apply', '$compute', '$orderby']
/** The options that are part of the shape in another form. */
const ELSEWHERE = ['$top', '$skip', '$skiptoken', '$count', '$format']
const LITERALS = ['string', 'enum', 'guid', 'number', 'dateTime', 'date', 'time']
/** The literals that are part of the shape. */
const OWN = ['phrase', 'duration', 'binary']
const ALIAS = /@[\p{L}_][\p{L}\p{N}_]*/gu

/**
 * Finds the shape of a request.
 * @param others what the answer depends on besides query options and aliases
 * @returns undefined if no two such requests have the same answer
 * @throws {RequestError} 400 for text that is no token
 */
export function shapeOf(options: Map<string, string>, aliases: Map<string, string>, others: unknown[]) {
  if (aliases.size && isUsedTwice(options, aliases)) return undefined
  const literals: Literal[] = []
  const parts: unknown[] = [...others]
  for (const [name, value] of [...options, ...aliases]) {
    if (ELSEWHERE.includes(name)) continue
    parts.push(name)
    if (!EXPRESSIONS.includes(name) && !name.startsWith('@')) {
      parts.push(value)
      continue
    }
    for (const { kind, text, type = '', position } of tokenize(value, name)) {
      if (kind === 'name' && text.toLowerCase() === 'now') return undefined
      if (!LITERALS.includes(kind)) parts.push(OWN.includes(kind) ? [kind, text] : text)
      else {
        literals.push({ option: name, position, text })
        parts.push([0, kind === 'number' ? kindOfNumber(text) : kind + type])
      }
    }
  }
  return { key: JSON.stringify(parts), literals } satisfies Shape
}

/** Whether an alias stands in several places: its literal may belong to the statement in one, and be a value in another. */
function isUsedTwice(options: Map<string, string>, aliases: Map<string, string>) {
  const used = new Set<string>()
  const isUsedAgain = (name: string) => aliases.has(name) && used.size === used.add(name).size
  return [...options.values(), ...aliases.values()].some((value) => value.match(ALIAS)?.some(isUsedAgain))
}
