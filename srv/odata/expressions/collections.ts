/** What expressions ask of collections: `any`, `all`, `$count`, `$filter` (URL Conventions 4.01, 5.1.1.13 and 15). */
import type { StructuredType } from '../model/types.ts'
import { allOf, conjuncts, func, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Typed } from '../../cqn/typed.ts'
import { jsonAny, jsonCount, jsonItem, jsonLacks, jsonLength, jsonContains } from '../../database/dialect.ts'
import { holds, isTrue } from './logic.ts'
import type { Parser, Scope } from './parsing.ts'
import { parseSearch } from './search.ts'

/** Parses the rest of a path that has come to a collection, after the slash. @param column with the JSON of it */
export function collectionValue(parser: Parser, column: Cqn, type: StructuredType, position: number): Typed {
  const { cursor, context } = parser
  const scope: Scope & { item: string } = { type, item: `item${++parser.items.count}` }
  const conditions: Cqn[] = []
  for (;;) {
    const { text: name } = cursor.token
    if (context.types.structured.get(type.name)?.includes(name)) cursor.take()
    else if (cursor.accept('$filter')) conditions.push(holds(cursor.enclosed(() => parser.within(scope).condition())))
    else break
    cursor.expect('/')
  }
  if (cursor.accept('$count')) {
    if (cursor.accept('(')) conditions.push(...countOptions(parser, scope))
    const cqn = conditions.length ? jsonCount(column, scope.item, allOf(...conditions)) : lengthOf(column)
    return { cqn, type: 'number', whole: true, position }
  }
  if (cursor.token.text === 'aggregate') cursor.unsupported('The service does not aggregate collections in expressions')
  if (context.option === '$apply' && type.properties.has(cursor.token.text))
    cursor.unsupported('The service does not aggregate what is in collections')
  const isAll = cursor.accept('all')
  if (!isAll && !cursor.accept('any')) cursor.fail(`any, all or $count is expected instead of '${cursor.token.text}'`)
  const condition = lambda(parser, scope)
  if (!condition && isAll) cursor.fail('all needs a condition')
  return { cqn: quantified(column, scope.item, isAll, conditions, condition), type: 'boolean', position }
}

/** Events from before there was the collection have none of its items. */
const lengthOf = (column: Cqn) => func('coalesce', jsonLength(column), val(0))

function quantified(column: Cqn, item: string, isAll: boolean, conditions: Cqn[], condition: Typed | undefined): Cqn {
  // null is not true, so `all` is false (5.1.1.13.2)
  const last = condition && (isAll ? xpr('not', isTrue(condition)) : holds(condition))
  const all = last ? [...conditions, last] : conditions
  if (!all.length) return xpr(lengthOf(column), '>', val(0))
  const any = jsonAny(column, item, allOf(...all))
  if (isAll) return xpr('not', any)
  // most JSON is known quickly to have no such item, and need not be parsed
  const lacking = all.flatMap(conjuncts).flatMap((each) => textIn(each, item) ?? [])
  return allOf(...lacking.map((text) => xpr('not', func('coalesce', jsonLacks(column, text), val(true)))), any)
}

/** The text that a member of an item contains where a condition holds, if the condition is about such a text. */
function textIn(condition: Cqn, item: string): Cqn | undefined {
  const [left, operator, right] = 'xpr' in condition ? condition.xpr : []
  if (typeof left !== 'object' || typeof right !== 'object' || !('func' in left) || !('val' in right)) return undefined
  const isFound = left.func === 'instr' && `${operator as string} ${String(right.val)}`.match(/^(> 0|= 1)$/)
  const [within, text] = isFound ? left.args : operator === '=' ? [left, right] : []
  if (!within || !('func' in within) || within.func !== 'json_member') return undefined
  const [source] = within.args
  const isOfItem = source && 'xpr' in source && source.xpr[0] === jsonItem(item)
  return isOfItem && text && 'val' in text && typeof text.val === 'string' ? text : undefined
}

/** The condition of `any` or `all`: `(s:s/name eq 'x')`; undefined for `()`. */
function lambda(parser: Parser, scope: Scope): Typed | undefined {
  const { cursor, variables } = parser
  cursor.expect('(')
  if (cursor.accept(')')) return undefined
  const variable = cursor.name('A variable')
  cursor.expect(':')
  const outer = variables.get(variable)
  variables.set(variable, scope)
  const condition = parser.condition()
  if (outer) variables.set(variable, outer)
  else variables.delete(variable)
  cursor.expect(')')
  return condition
}

/** `$count($filter=status eq 'failure';$search=timeout)`. */
function countOptions(parser: Parser, scope: Scope & { item: string }): Cqn[] {
  const { cursor } = parser
  const conditions: Cqn[] = []
  const given = new Set<string>()
  do {
    const option = cursor.name('$filter or $search').replace('$', '').toLowerCase()
    if (given.has(option) || !['filter', 'search'].includes(option))
      cursor.fail('$count takes $filter and $search, each once')
    given.add(option)
    cursor.expect('=')
    if (option === 'filter') conditions.push(holds(parser.within(scope).condition()))
    else conditions.push(parseSearch(cursor.take().text, (term) => jsonContains(jsonItem(scope.item), term)).cqn)
  } while (cursor.accept(';'))
  cursor.expect(')')
  return conditions.map((each) => func('coalesce', each, val(false)))
}
