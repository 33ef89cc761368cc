/**
 * Parses the common expressions of OData into CQN (OData URL Conventions 4.01, 5.1.1).
 *
 * CAP's own parser covers what flat models need. It has no arithmetic, takes `not` at the beginning only, ignores the
 * types of literals, and fails on paths through collections. This one takes names and types from the model and reports
 * errors with their position. Keywords have no case (13.2.1).
 */
import { aliased } from './aliases.ts'
import { calculated, opposite } from './arithmetic.ts'
import { call } from './calls.ts'
import { compare, membership } from './comparisons.ts'
import { extentOf, MOST, val } from '../../cqn/cqn.ts'
import type { Typed, Unplaced, ValueType } from '../../cqn/typed.ts'
import { Cursor } from './cursor.ts'
import { isSymbol } from './tokens.ts'
import { asDuration, isBeyond, literal } from './literals.ts'
import { joined, negated } from './logic.ts'
import { meantAs } from './members.ts'
import type { ExpressionContext, Parser, Scope } from './parsing.ts'
import { parsePath } from './paths.ts'

/**
 * Parses the value of a query option, all of it.
 * @param parse parses it with a parser that stands at its beginning
 * @param root where names are looked up, if not in the rows
 * @throws {RequestError} 400 with the position of what is wrong or left over, 501 for what is not implemented
 */
export function parseWhole<Result>(
  expression: string,
  about: Omit<ExpressionContext, 'patterns' | 'lists'>,
  parse: (parser: Parser) => Result,
  root?: Scope
): Result {
  const context = { ...about, patterns: { parts: 0 }, lists: { items: 0 } }
  const cursor = new Cursor(expression, context.option)
  const result = parse(parserFor(cursor, context, root))
  cursor.end()
  return result
}

/**
 * Makes a parser of expressions at a cursor, which may stand in a longer text.
 * @param outer the parser of the surrounding expression, whose variables can be used here
 */
function parserFor(cursor: Cursor, context: ExpressionContext, root: Scope = { type: context.type }, outer?: Parser) {
  const parser: Parser = {
    cursor,
    context,
    root,
    variables: new Map<string, Scope>([['$it', root], ...(outer?.variables ?? []), ['$this', root]]),
    items: outer?.items ?? { count: 0 },
    within: (scope) => parserFor(cursor, context, scope, parser),
    about: (type) => parserFor(cursor, { ...context, type }),
    ofAlias: (inner, name) => parserFor(inner, { ...context, option: name }, root),
    condition: () => asCondition(parser, parser.value()),
    value: () => expression(parser),
    literal: () => literalValue(parser),
    arguments: () => argumentList(parser)
  }
  return parser
}

function expression(parser: Parser): Typed {
  const conjunction = () => logical(parser, 'and', () => operations(parser))
  const value = parser.cursor.nested(() => logical(parser, 'or', conjunction))
  const { nodes, depth, levels } = extentOf(value.exact ?? value.cqn)
  if (nodes > MOST.nodes || depth > MOST.depth) parser.cursor.tooLarge(value.position)
  if (levels > MOST.levels) parser.cursor.tooDeep(value.position)
  return value
}

function asCondition({ cursor }: Parser, value: Typed): Typed {
  const condition = meantAs(value, 'boolean')
  if (condition.type !== 'boolean' && condition.type !== 'null') {
    const { kind, text } = cursor.token
    if (text === '=' || (kind === 'name' && !/^(and|or)$/i.test(text))) cursor.fail(`'${text}' is no operator`)
    cursor.fail('A condition is expected', value.position)
  }
  return condition
}

function logical(parser: Parser, operator: 'and' | 'or', operand: () => Typed): Typed {
  const first = operand()
  const operands = [first]
  while (parser.cursor.accept(operator)) operands.push(operand())
  if (operands.length === 1) return first
  const conditions = operands.map((each) => asCondition(parser, each))
  return { ...joined(operator, conditions), position: first.position }
}

/** The binary operators below `and`, by their precedence: the later ones bind more tightly (5.1.1.17). */
const OPERATORS: [names: string[], evaluate: typeof compare][] = [
  [['eq', 'ne'], compare],
  [['gt', 'ge', 'lt', 'le'], compare],
  [['add', 'sub'], calculation],
  [['mul', 'div', 'divby', 'mod'], calculation]
]

/** Operators of the same precedence, from left to right. */
function operations(parser: Parser, precedence = 0): Typed {
  const [names, evaluate] = OPERATORS[precedence] ?? []
  if (!names || !evaluate) return unary(parser)
  let left = operations(parser, precedence + 1)
  for (;;) {
    const { kind, text, position } = parser.cursor.token
    const name = text.toLowerCase()
    if (kind !== 'name' || !names.includes(name)) return left
    parser.cursor.take()
    const right = operations(parser, precedence + 1)
    left = { ...evaluate(parser, left, name, right, position), position: left.position }
  }
}

/** `not` and `-`, which bind more tightly than all operators but `in` (5.1.1.17). */
function unary(parser: Parser): Typed {
  const { cursor } = parser
  const { position } = cursor.token
  const isNot = cursor.accept('not')
  if (!isNot && !cursor.accept('-')) return contained(parser)
  const operand = cursor.nested(() => unary(parser))
  if (!isNot) {
    const result = opposite(asDuration(meantAs(operand, 'number')))
    return { ...(result ?? cursor.fail("'-' takes a number or a duration", position)), position }
  }
  if (!['boolean', 'null', 'any'].includes(operand.type))
    cursor.fail("'not' takes a condition; a comparison after it needs parentheses", operand.position)
  return { ...negated(asCondition(parser, operand)), position }
}

function contained(parser: Parser): Typed {
  const left = primary(parser)
  const { kind, text: name, position } = parser.cursor.token
  if (parser.cursor.accept('in')) return { ...membership(parser, left, position), position: left.position }
  if (kind === 'name' && name.toLowerCase() === 'has')
    parser.cursor.unsupported("The service does not implement 'has', as it has no flags", position)
  return left
}

function calculation(parser: Parser, first: Typed, name: string, second: Typed, position: number): Unplaced {
  const operands = [asDuration(first), asDuration(second)]
  const isTime = operands.some(({ type }) => ['dateTime', 'date', 'duration'].includes(type))
  const [left, right] = operands.map((each) => (isTime ? each : meantAs(each, 'number'))) as [Typed, Typed]
  const types = [left.type, right.type]
  if (types.includes('null') && types.every((type) => CALCULABLE.includes(type)))
    return { cqn: val(null), type: 'null' }
  const isZero = right.type === 'number' && 'val' in right.cqn && !right.cqn.val
  if (isZero && (name === 'mod' || (name === 'div' && left.whole)))
    parser.cursor.fail('A number cannot be divided by zero', position)
  const result = calculated(left, name, right)
  return result ?? parser.cursor.fail(`'${name}' does not take such values: ${left.type}, ${right.type}`, position)
}

function primary(parser: Parser): Typed {
  const { cursor } = parser
  const { kind, position } = cursor.token
  if (isSymbol(cursor.token, '(')) return { ...cursor.enclosed(() => parser.value()), position }
  if (isSymbol(cursor.token, '{', '[')) cursor.unsupported('The service does not implement JSON values here', position)
  if (kind === 'name') return named(parser)
  if (kind === 'alias') return aliased(parser)
  return kind === 'phrase' ? cursor.fail('A string stands in single quotes') : literalValue(parser)
}

function literalValue({ cursor, context }: Parser): Typed {
  const { kind, text: source, type, position } = cursor.token
  if (type !== undefined && !context.types.enumerations.has(type)) cursor.fail(`There is no enumeration '${type}'`)
  const { option, isNested } = context
  const found = literal(cursor.token, isNested ? undefined : option)
  if (!found && isBeyond(cursor.token))
    cursor.unsupported('The service has no years but 1 to 9999, and no leap seconds')
  if (!found) return cursor.fail(kind === 'end' ? 'The expression ends too early' : `'${source}' is not a value`)
  cursor.take()
  return { ...found, position, literalOf: type }
}

function named(parser: Parser): Typed {
  const { cursor } = parser
  const { text: name, position } = cursor.token
  if (isSymbol(cursor.next, '(')) return call(parser)
  if (cursor.accept('null')) return { cqn: val(null), type: 'null', position }
  if (cursor.accept('true') || cursor.accept('false'))
    return { cqn: val(name.toLowerCase() === 'true'), type: 'boolean', position }
  return parsePath(parser).value
}

const argumentList = ({ cursor, value }: Parser): Typed[] =>
  cursor.enclosed(() => (isSymbol(cursor.token, ')') ? [] : cursor.list(value)))

const CALCULABLE: ValueType[] = ['null', 'number', 'dateTime', 'date', 'duration']
