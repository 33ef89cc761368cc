/**
 * Parses the common expressions of OData into CQN (OData URL Conventions 4.01, 5.1.1).
 *
 * CAP's own parser covers what flat models need. It has no arithmetic, takes `not` at the beginning only, ignores the
 * types of literals, and fails on paths through collections. This one takes names and types from the model and reports
 * errors with their position. Keywords have no case (12.2.1).
 */
import type { StructuredType } from '../model/types.ts'
import { aliasValue } from './aliases.ts'
import { calculated, opposite } from './arithmetic.ts'
import { call } from './calls.ts'
import { val, type Cqn, type Typed, type ValueType } from '../../cqn/cqn.ts'
import { Cursor } from './cursor.ts'
import { extentOf, MOST } from '../../cqn/extent.ts'
import { listItems } from './lists.ts'
import { dateAsDateTime, duration, literal } from './literals.ts'
import { compared, comparison, holds, isMember, joined, negated } from './logic.ts'
import { meantAlike, meantAs, membersCompared } from './members.ts'
import { isPrimitive, type ExpressionContext, type Parser, type Scope } from './parsing.ts'
import { parsePath } from './paths.ts'

/**
 * Parses a boolean expression, the value of `$filter`.
 * @throws {RequestError} 400 with the position of what is wrong, 501 for what the service does not implement
 */
export function parsePredicate(expression: string, context: ExpressionContext): Cqn {
  return holds(parseWhole(expression, context, (parser) => parser.condition()))
}

/**
 * Parses the value of a query option, all of it.
 * @param parse parses it with a parser that stands at its beginning
 * @param root where names are looked up, if not in the rows
 * @throws {RequestError} 400 if something is left over
 */
export function parseWhole<Result>(
  expression: string,
  context: ExpressionContext,
  parse: (parser: ExpressionParser) => Result,
  root?: Scope
): Result {
  const cursor = new Cursor(expression, context.option)
  const result = parse(new ExpressionParser(cursor, context, root))
  cursor.end()
  return result
}

/** Parses expressions from a cursor, which may stand in a longer text. */
export class ExpressionParser implements Parser {
  readonly cursor: Cursor
  readonly context: ExpressionContext
  readonly root: Scope
  readonly variables: Map<string, Scope>
  private readonly items: { count: number }

  /** @param outer the parser of the surrounding expression, whose variables can be used here */
  constructor(
    cursor: Cursor,
    context: ExpressionContext,
    root: Scope = { type: context.type },
    outer?: ExpressionParser
  ) {
    this.cursor = cursor
    this.context = context
    this.root = root
    this.variables = new Map<string, Scope>([['$it', root], ...(outer?.variables ?? []), ['$this', root]])
    this.items = outer?.items ?? { count: 0 }
  }

  within(scope: Scope): ExpressionParser {
    return new ExpressionParser(this.cursor, this.context, scope, this)
  }

  /** A parser that goes on here, about rows of another type. */
  about(type: StructuredType): ExpressionParser {
    return new ExpressionParser(this.cursor, { ...this.context, type })
  }

  ofAlias(cursor: Cursor, name: string): ExpressionParser {
    return new ExpressionParser(cursor, { ...this.context, option: name }, this.root, this)
  }

  nameItem(): string {
    return `item${++this.items.count}`
  }

  condition(): Typed {
    return this.asCondition(this.value())
  }

  value(): Typed {
    const conjunction = () => this.logical('and', () => this.negation())
    const value = this.cursor.nested(() => this.logical('or', conjunction))
    const { nodes, depth } = extentOf(value.exact ?? value.cqn)
    if (nodes > MOST.nodes || depth > MOST.depth) this.cursor.tooLarge(value.position)
    return value
  }

  private asCondition(value: Typed): Typed {
    const condition = meantAs(value, 'boolean')
    if (condition.type !== 'boolean' && condition.type !== 'null')
      this.cursor.fail('A condition is expected', value.position)
    return condition
  }

  private logical(operator: 'and' | 'or', operand: () => Typed): Typed {
    const first = operand()
    const operands = [first]
    while (this.cursor.accept(operator)) operands.push(operand())
    if (operands.length === 1) return first
    const conditions = operands.map((each) => this.asCondition(each))
    return { ...joined(operator, conditions), position: first.position }
  }

  private negation(): Typed {
    const { position } = this.cursor.token
    if (!this.cursor.accept('not')) return this.comparison()
    return { ...negated(this.asCondition(this.cursor.nested(() => this.negation()))), position }
  }

  private comparison(): Typed {
    const left = this.sum()
    const { kind, text: name, position } = this.cursor.token
    if (this.cursor.accept('in')) return { ...this.membership(left, position), position: left.position }
    if (kind === 'name' && name.toLowerCase() === 'has')
      this.cursor.fail("The service does not implement 'has', as it has no flags", position, 'notImplemented')
    const operator = kind === 'name' ? comparison(name) : undefined
    if (!operator) return left
    this.cursor.take()
    return { ...this.compare(left, operator, this.sum(), position), position: left.position }
  }

  private compare(left: Typed, operator: string, right: Typed, position: number): Omit<Typed, 'position'> {
    for (const each of [left, right])
      if (each.type === 'collection')
        this.cursor.fail('The service does not compare collections', each.position, 'notImplemented')
    if (left.type === 'complex' || right.type === 'complex') return this.compareComplex(left, operator, right, position)
    if (left.type === 'any' && right.type === 'any') return membersCompared(left, operator, right)
    const [a, b] = this.alike(left, right, position)
    if (a.type === 'binary' && b.type === 'binary')
      this.cursor.fail('Binary values can be compared with null only', position)
    return compared(a, operator, b)
  }

  private compareComplex(left: Typed, operator: string, right: Typed, position: number): Omit<Typed, 'position'> {
    const [complex, other] = left.type === 'complex' ? [left, right] : [right, left]
    if (other.type !== 'null' || !['=', '!='].includes(operator))
      this.cursor.fail('A complex value can be compared with null only', position, 'notImplemented')
    return operator === '=' ? negated(complex) : { cqn: complex.cqn, type: 'boolean' }
  }

  /** Two values of one type. */
  private alike(left: Typed, right: Typed, position: number): [Typed, Typed] {
    const [first, second] = meantAlike(left, right)
    const [a, b] = [asDuration(first, second), asDuration(second, first)]
    const [c, d] = [dateAsDateTime(a, b), dateAsDateTime(b, a)]
    if (c.type !== d.type && c.type !== 'null' && d.type !== 'null')
      this.cursor.fail(`A value of type ${left.type} cannot be compared with one of type ${right.type}`, position)
    return [c, d]
  }

  private membership(left: Typed, position: number): Omit<Typed, 'position'> {
    if (!isPrimitive(left))
      this.cursor.fail('Only primitive values can be looked for in a list', left.position, 'notImplemented')
    const items = listItems(this, position).map((item) => this.alike(left, item, position)[1])
    return isMember(meantAs(left, items.find(({ type }) => type !== 'null')?.type ?? 'string'), items)
  }

  private sum(): Typed {
    return this.arithmetic(['add', 'sub'], () => this.arithmetic(['mul', 'div', 'divby', 'mod'], () => this.primary()))
  }

  private arithmetic(operators: string[], operand: () => Typed): Typed {
    let left = operand()
    for (;;) {
      const { kind, text, position } = this.cursor.token
      const name = text.toLowerCase()
      if (kind !== 'name' || !operators.includes(name)) return left
      this.cursor.take()
      left = { ...this.calculation(left, name, operand(), position), position: left.position }
    }
  }

  private calculation(first: Typed, name: string, second: Typed, position: number): Omit<Typed, 'position'> {
    const isTime = [first, second].some(({ type }) => ['dateTime', 'date', 'duration'].includes(type))
    const [left, right] = [first, second].map((each) => (isTime ? each : meantAs(each, 'number'))) as [Typed, Typed]
    const types = [left.type, right.type]
    if (types.includes('null') && types.every((type) => CALCULABLE.includes(type)))
      return { cqn: val(null), type: 'null' }
    const isZero = right.type === 'number' && 'val' in right.cqn && !right.cqn.val
    if (isZero && (name === 'mod' || (name === 'div' && left.whole)))
      this.cursor.fail('A number cannot be divided by zero', position)
    const result = calculated(left, name, right)
    return result ?? this.cursor.fail(`'${name}' does not take such values: ${left.type}, ${right.type}`, position)
  }

  private primary(): Typed {
    const { kind, text, position } = this.cursor.token
    if (text === '(' && kind === 'symbol') return { ...this.cursor.enclosed(() => this.value()), position }
    if (this.cursor.accept('-')) {
      const operand = this.cursor.nested(() => this.primary())
      const result = opposite(meantAs(operand, 'number'))
      return { ...(result ?? this.cursor.fail("'-' takes a number or a duration", position)), position }
    }
    if (text === '{' || text === '[')
      this.cursor.fail('The service does not implement JSON values here', position, 'notImplemented')
    if (kind === 'name') return this.named()
    if (kind === 'alias') return this.alias()
    return kind === 'phrase' ? this.cursor.fail('A string stands in single quotes') : this.literal()
  }

  literal(): Typed {
    const { kind, text: source, type, position } = this.cursor.token
    if (type !== undefined && !this.context.types.enumerations.has(type))
      this.cursor.fail(`There is no enumeration '${type}'`)
    const found = literal(this.cursor.token, this.context.option)
    if (!found) this.cursor.fail(kind === 'end' ? 'The expression ends too early' : `'${source}' is not a value`)
    this.cursor.take()
    return { ...found, position }
  }

  private named(): Typed {
    const { text: name, position } = this.cursor.token
    if (this.cursor.next.kind === 'symbol' && this.cursor.next.text === '(') return call(this)
    if (this.cursor.accept('null')) return { cqn: val(null), type: 'null', position }
    if (this.cursor.accept('true') || this.cursor.accept('false'))
      return { cqn: val(name.toLowerCase() === 'true'), type: 'boolean', position }
    return parsePath(this).value
  }

  /** A parameter alias stands for its expression (5.3); one without a value is null. */
  private alias(): Typed {
    const { text: name, position } = this.cursor.token
    const { aliases } = this.context
    const value = aliasValue(name, { aliases, type: this.root.type }, this.cursor, (cursor) => {
      const value = new ExpressionParser(cursor, { ...this.context, option: name }, this.root).value()
      cursor.end()
      return value
    })
    this.cursor.take()
    return { ...(value ?? { cqn: val(null), type: 'null' }), position }
  }

  arguments(): Typed[] {
    this.cursor.expect('(')
    if (this.cursor.accept(')')) return []
    const args = this.cursor.list(() => this.value())
    this.cursor.expect(')')
    return args
  }
}

const CALCULABLE: ValueType[] = ['null', 'number', 'dateTime', 'date', 'duration']

/** A string that is compared with a duration is a duration literal (5.1.1.14.1). */
function asDuration(each: Typed, other: Typed): Typed {
  if (each.type !== 'string' || other.type !== 'duration' || !('val' in each.cqn)) return each
  return { ...each, ...duration(String(each.cqn.val)) }
}
