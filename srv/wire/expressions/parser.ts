/**
 * Parses the common expressions of OData into CQN (OData URL Conventions 4.01, 5.1.1).
 *
 * CAP's own parser ends at what flat models need: it knows no arithmetic, no `not` but at the beginning and no types of
 * literals, and it falls over paths through collections. This one takes names and types from the model, and says where
 * an expression is wrong.
 */
import { instant } from '../datetime.ts'
import { isStructured, type StructuredType } from '../types.ts'
import { calculate, shiftedPoint } from './arithmetic.ts'
import { CASTS, isOfPrimitive } from './casts.ts'
import { allOf, anyOf, func, integer, list, text, val, xpr, type Cqn, type Typed } from './cqn.ts'
import { Cursor } from './cursor.ts'
import { FUNCTIONS } from './functions.ts'
import { aliasValue } from './aliases.ts'
import { extentOf, MOST } from './extent.ts'
import { jsonItem } from './json.ts'
import { dateAsDateTime, literal, pointNamed } from './literals.ts'
import { hasType, parsePath, type Variables } from './paths.ts'
import { matchesPattern } from './pattern.ts'

const COMPARISONS = new Map(Object.entries({ eq: '=', ne: '!=', gt: '>', ge: '>=', lt: '<', le: '<=' }))

/** What expressions are parsed against. */
export interface ExpressionContext {
  /** The type of the rows that the expression is about. */
  type: StructuredType
  /** The query option that the expression is the value of, for errors. */
  option: string
  /** When the request was made, for `now()`. */
  now: Date
  /** The values of parameter aliases (5.3). */
  aliases: Map<string, string>
}

/**
 * Parses a boolean expression, the value of `$filter`.
 * @throws {RequestError} 400 with the position of what is wrong, 501 for what the service does not implement
 */
export function parsePredicate(expression: string, context: ExpressionContext): Cqn {
  const cursor = new Cursor(expression, context.option)
  const predicate = new ExpressionParser(cursor, context).predicate()
  cursor.end()
  return predicate
}

/** Parses expressions from a cursor, which may stand in a longer text. */
export class ExpressionParser {
  private readonly cursor: Cursor
  private readonly context: ExpressionContext
  private readonly variables: Variables
  private items = 0

  constructor(cursor: Cursor, context: ExpressionContext) {
    this.cursor = cursor
    this.context = context
    this.variables = new Map([['$it', { type: context.type }]])
  }

  predicate(): Cqn {
    return this.boolean(this.value())
  }

  /** Any expression, by precedence (5.1.1.17). */
  value(): Typed {
    const conjunction = () => this.logical('and', allOf, () => this.negation())
    const value = this.cursor.nested(() => this.logical('or', anyOf, conjunction))
    const { nodes, depth } = extentOf(value.cqn)
    if (nodes > MOST.nodes || depth > MOST.depth) this.cursor.tooLarge(value.position)
    return value
  }

  private boolean({ cqn, type, position }: Typed): Cqn {
    if (type !== 'boolean' && type !== 'any') this.cursor.fail('A condition is expected', position)
    return 'val' in cqn || type === 'any' ? xpr(cqn, '=', val(true)) : cqn
  }

  private logical(operator: string, join: (...conditions: Cqn[]) => Cqn, operand: () => Typed): Typed {
    const first = operand()
    const operands = [first]
    while (this.cursor.accept(operator)) operands.push(operand())
    if (operands.length === 1) return first
    return { cqn: join(...operands.map((each) => this.boolean(each))), type: 'boolean', position: first.position }
  }

  private negation(): Typed {
    const { position } = this.cursor.token
    if (!this.cursor.accept('not')) return this.comparison()
    const operand = this.boolean(this.cursor.nested(() => this.negation()))
    // A comparison with null is false in OData (5.1.1.1), so its negation is true; in SQL both are unknown.
    return { cqn: xpr('not', func('coalesce', operand, val(false))), type: 'boolean', position }
  }

  private comparison(): Typed {
    const left = this.sum()
    const { kind, text: name, position } = this.cursor.token
    if (this.cursor.accept('in')) return this.membership(left, position)
    const operator = kind === 'name' ? COMPARISONS.get(name) : undefined
    if (!operator) return left
    this.cursor.take()
    const right = this.sum()
    return { cqn: this.compare(left, operator, right, position), type: 'boolean', position: left.position }
  }

  private compare(left: Typed, operator: string, right: Typed, position: number): Cqn {
    if (left.type === 'complex' || right.type === 'complex') {
      const [complex, other] = left.type === 'complex' ? [left, right] : [right, left]
      if (other.type !== 'null' || !['=', '!='].includes(operator))
        this.cursor.fail('A complex value can be compared with null only', position, 'notImplemented')
      return operator === '=' ? xpr('not', complex.cqn) : complex.cqn
    }
    const [a, b] = this.comparable(left, right, position)
    const isConstant = [a, b].some((each) => 'val' in each && each.val !== null)
    // null is neither less nor greater than null, but equal to it (5.1.1.1.4), in SQL nothing of it
    if ((operator === '>=' || operator === '<=') && !isConstant)
      return anyOf(xpr(a, operator, b), allOf(isNull(a), isNull(b)))
    // null equals null in OData (5.1.1.1.1), also where both are properties; CAP's `==` means that
    return xpr(a, operator === '=' && !('val' in a) && !('val' in b) ? '==' : operator, b)
  }

  private membership(left: Typed, position: number): Typed {
    const items = this.arguments()
    if (!items.length) this.cursor.fail('A list must have an item', position)
    const alternatives = items.map((item) => this.comparable(left, item, position)[1])
    const hasNull = alternatives.some((each) => 'val' in each && each.val === null)
    const isItem = xpr(left.cqn, 'in', list(alternatives))
    const cqn = hasNull ? anyOf(isItem, xpr(left.cqn, '=', val(null))) : isItem
    return { cqn, type: 'boolean', position: left.position }
  }

  private comparable(left: Typed, right: Typed, position: number): [Cqn, Cqn] {
    const [a, b] = [dateAsDateTime(left, right), dateAsDateTime(right, left)]
    const types = [a.type, b.type]
    if (a.type !== b.type && !types.includes('null') && !types.includes('any'))
      this.cursor.fail(`A value of type ${left.type} cannot be compared with one of type ${right.type}`, position)
    return [a.cqn, b.cqn]
  }

  private sum(): Typed {
    return this.arithmetic(['add', 'sub'], () => this.arithmetic(['mul', 'div', 'divby', 'mod'], () => this.primary()))
  }

  private arithmetic(operators: string[], operand: () => Typed): Typed {
    let left = operand()
    for (;;) {
      const { kind, text: name, position } = this.cursor.token
      if (kind !== 'name' || !operators.includes(name)) return left
      this.cursor.take()
      const right = operand()
      left = shiftedPoint(left, name, right) ?? this.calculation(left, name, right, position)
    }
  }

  private calculation(left: Typed, name: string, right: Typed, position: number): Typed {
    for (const { type } of [left, right])
      if (!['number', 'null', 'any'].includes(type)) this.cursor.fail(`'${name}' takes numbers`, position)
    return { ...calculate(left, name, right), position: left.position }
  }

  private primary(): Typed {
    const { kind, position } = this.cursor.token
    if (this.cursor.accept('(')) {
      const inner = this.value()
      this.cursor.expect(')')
      return { ...inner, position }
    }
    if (this.cursor.accept('-')) {
      const operand = this.cursor.nested(() => this.primary())
      if (operand.type !== 'number') this.cursor.fail("'-' takes a number", position)
      return { ...operand, cqn: xpr('-', operand.cqn), position }
    }
    if (kind === 'name') return this.named()
    if (kind === 'alias') return this.alias()
    return this.literal()
  }

  private literal(): Typed {
    const { kind, text: source, position } = this.cursor.token
    const found = literal(this.cursor.token, this.context.option)
    if (!found) this.cursor.fail(kind === 'end' ? 'The expression ends too early' : `'${source}' is not a value`)
    this.cursor.take()
    return { ...found, position }
  }

  private named(): Typed {
    const { text: name, position } = this.cursor.token
    const isCall = this.cursor.next.kind === 'symbol' && this.cursor.next.text === '('
    if (isCall) return this.call()
    if (name === 'null' || name === 'true' || name === 'false') {
      this.cursor.take()
      const value = name === 'null' ? null : name === 'true'
      return { cqn: val(value), type: value === null ? 'null' : 'boolean', position }
    }
    return this.path().value
  }

  /** A path, with the names on its way as the model spells them. */
  path() {
    return parsePath(this.cursor, this.context.type, this.variables, (type) => this.lambda(type))
  }

  /** The condition of `any` or `all`: `(s:s/name eq 'x')`; undefined for `()`. */
  private lambda(type: StructuredType) {
    this.cursor.expect('(')
    if (this.cursor.accept(')')) return undefined
    const variable = this.cursor.name('A variable')
    this.cursor.expect(':')
    const item = `item${++this.items}`
    const outer = this.variables.get(variable)
    this.variables.set(variable, { type, item: jsonItem(item) })
    const condition = this.predicate()
    if (outer) this.variables.set(variable, outer)
    else this.variables.delete(variable)
    this.cursor.expect(')')
    return { item, condition }
  }

  /** A parameter alias stands for its expression (5.3); one without a value is null. */
  private alias(): Typed {
    const { text: name, position } = this.cursor.token
    const value = aliasValue(name, this.context, this.cursor, (cursor) => {
      const value = new ExpressionParser(cursor, { ...this.context, option: name }).value()
      cursor.end()
      return value
    })
    this.cursor.take()
    return { ...(value ?? { cqn: val(null), type: 'null' }), position }
  }

  private call(): Typed {
    const { text: name, position } = this.cursor.take()
    const lowerCase = name.toLowerCase()
    if (lowerCase === 'isof' || lowerCase === 'cast') return this.typeFunction(lowerCase, position)
    if (lowerCase === 'case') return this.cases(position)
    const args = this.arguments()
    const point = args.length ? undefined : pointNamed(lowerCase, this.context.now)
    if (point) return { cqn: val(instant(point) as string), local: text(point), type: 'dateTime', position }
    const definition = FUNCTIONS.get(lowerCase)
    if (!definition) this.cursor.fail(`There is no function '${name}'`, position, 'notImplemented')
    const accepts = (form: string[]) =>
      form.length === args.length &&
      args.every(({ type }, index) => type === form[index] || type === 'null' || type === 'any')
    const form = definition.forms.find(accepts)
    if (!form) {
      const forms = definition.forms.map((each) => `${name}(${each.join(', ')})`)
      this.cursor.fail(`The function is ${forms.join(' or ')}`, position)
    }
    if (lowerCase === 'matchespattern') args[1] = this.pattern(args[1] as Typed)
    const typed = args.map((each, index) => ({ ...each, type: form[index] as Typed['type'] }))
    return { cqn: definition.build(...typed), type: definition.returns, whole: definition.whole === true, position }
  }

  private arguments(): Typed[] {
    this.cursor.expect('(')
    if (this.cursor.accept(')')) return []
    const args = this.cursor.list(() => this.value())
    this.cursor.expect(')')
    return args
  }

  /** A pattern that was checked. It has no source, as no other is to take its place unchecked. */
  private pattern(pattern: Typed): Typed {
    const { cqn, position } = pattern
    if (!('val' in cqn) || typeof cqn.val !== 'string') return this.cursor.fail('A pattern must be a string', position)
    try {
      matchesPattern(cqn.val, '')
    } catch {
      this.cursor.fail('This is not a regular expression', position)
    }
    return { ...pattern, cqn: val(cqn.val) }
  }

  /** `case(condition:value,…)` (5.1.1.12): the value of the first condition that holds. */
  private cases(position: number): Typed {
    this.cursor.expect('(')
    const cases = this.cursor.list(() => {
      const condition = this.predicate()
      this.cursor.expect(':')
      return { condition, value: this.value() }
    })
    this.cursor.expect(')')
    const { type } = cases.find(({ value }) => value.type !== 'null')?.value ?? { type: 'null' as const }
    for (const { value } of cases)
      if (value.type !== type && value.type !== 'null')
        this.cursor.fail('All values must have one type', value.position)
    const parts = cases.flatMap(({ condition, value }) => ['when', condition, 'then', value.cqn])
    return { cqn: xpr('case', ...parts, 'end'), type, position }
  }

  /** `isof(statusInfo,microsoft.graph.statusDetails)` and `cast(jobId,Edm.String)` (5.1.1.10). */
  private typeFunction(name: 'isof' | 'cast', position: number): Typed {
    this.cursor.expect('(')
    const { text: first } = this.cursor.token
    const isShort = this.cursor.next.text === ')'
    const subject = isShort ? undefined : this.value()
    if (!isShort) this.cursor.expect(',')
    const typeName = this.typeName()
    this.cursor.expect(')')
    if (name === 'cast') return this.cast(subject, typeName, position)
    if (!subject) return { cqn: val(typeName === this.context.type.name), type: 'boolean', position }
    if (subject.type !== 'complex') return { cqn: isOfPrimitive(subject, typeName), type: 'boolean', position }
    const property = this.context.type.properties.get(first)
    const types = [property?.type, ...(property?.derived?.types ?? [])]
    const type = types.find((each) => each !== undefined && isStructured(each) && each.name === typeName)
    const cqn = property && type ? hasType(property, type as StructuredType) : val(false)
    return { cqn, type: 'boolean', position }
  }

  private typeName() {
    const { kind, text: name } = this.cursor.token
    if (kind !== 'name' && kind !== 'string') this.cursor.fail('The name of a type is expected')
    this.cursor.take()
    return name
  }

  private cast(subject: Typed | undefined, typeName: string, position: number): Typed {
    const [type, cast] = CASTS.get(typeName) ?? []
    if (!subject || !type || !cast || subject.type === 'complex')
      return this.cursor.fail(`A cast to '${typeName}' is not implemented`, position, 'notImplemented')
    return { cqn: cast(subject.local ?? subject.cqn), type, whole: cast === integer, position }
  }
}

const isNull = (cqn: Cqn) => ('val' in cqn ? val(cqn.val === null) : xpr(cqn, '=', val(null)))
