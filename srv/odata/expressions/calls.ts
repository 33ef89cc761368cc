/** Calls of functions in expressions (OData URL Conventions 4.01, 5.1.1.4 to 5.1.1.12). */
import { instant } from '../../values/datetime.ts'
import { numeric } from './arithmetic.ts'
import { typeFunction } from './casts.ts'
import { val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Typed, ValueType } from '../../cqn/typed.ts'
import { FUNCTIONS, OF_COLLECTIONS, UNSUPPORTED } from './functions.ts'
import { asDuration, pointNamed } from './literals.ts'
import { exactly, holds } from './logic.ts'
import { meantAs, memberValue, shown } from './members.ts'
import { isPrimitive, type Parser } from './parsing.ts'
import { soughtIn } from './sought.ts'
import { problemOfPattern } from '../../values/pattern.ts'

/** Parses a call, from the name of the function on. */
export function call(parser: Parser): Typed {
  const { cursor } = parser
  const { text: name, position } = cursor.take()
  const lowerCase = name.toLowerCase()
  if (lowerCase === 'isof' || lowerCase === 'cast') return typeFunction(parser, lowerCase, position)
  if (lowerCase === 'case') return cases(parser, position)
  if (UNSUPPORTED.has(lowerCase)) cursor.unsupported(`The service does not implement the function '${name}'`, position)
  const definition = FUNCTIONS.get(lowerCase)
  const point = pointNamed(lowerCase, parser.context.now)
  if (point) {
    if (parser.arguments().length) cursor.fail(`The function is ${name}()`, position)
    return { cqn: val(instant(point) as string), local: val(point), type: 'dateTime', required: true, position }
  }
  if (!definition) return cursor.fail(`There is no function '${name}'`, position)
  const args = parser.arguments().map(definition.forms[0]?.[0] === 'duration' ? asDuration : (each) => each)
  const accepts = (form: ValueType[]) =>
    form.length === args.length &&
    args.every(({ type }, index) => type === form[index] || type === 'null' || type === 'any')
  const form = definition.forms.find(accepts)
  if (OF_COLLECTIONS.has(lowerCase) && args.some(({ type }) => type === 'collection'))
    cursor.unsupported(`The service does not implement '${name}' of collections`, position)
  if (!form) {
    const forms = definition.forms.map((each) => `${name}(${each.join(', ')})`)
    return cursor.fail(`The function is ${forms.join(' or ')}`, position)
  }
  // 5.1.1.4; some SQL would differ, as CAP renders comparisons with the literal as `is null`
  if (args.some(({ type }) => type === 'null')) return { cqn: val(null), type: 'null', position }
  const values = args.map((each, index) => {
    const type = form[index] as ValueType
    const value = meantAs(each, type)
    return { ...value, cqn: numeric(value), mayBeNaN: false, type }
  }) as Typed[]
  if (lowerCase === 'matchespattern') values[1] = pattern(parser, values[1] as Typed)
  if (lowerCase === 'substring') checkLength(parser, values[2])
  const { returns, whole = false, rounds, lowers, finds } = definition
  if (rounds && values[0]?.whole) return { ...values[0], position }
  const [of, part] = args
  const found = finds && of && part && soughtIn(of, part)
  const shownAs = whole ? 'Edm.Int32' : undefined // as the standard has it of all functions with whole numbers
  const about = { shownAs, lowered: lowers ? of : undefined, texts: found ? [[[found]]] : undefined }
  return { cqn: definition.build(...values), type: returns, whole, ...about, position }
}

/** A checked pattern. It has no source: a plan must not put another pattern in its place unchecked. */
function pattern({ cursor, context }: Parser, pattern: Typed): Typed {
  const { cqn, position } = pattern
  if (!('val' in cqn) || typeof cqn.val !== 'string') return cursor.fail('A pattern must be a string', position)
  const problem = problemOfPattern(cqn.val, context.patterns)
  if (problem) cursor.fail(problem, position)
  return { ...pattern, cqn: val(cqn.val) }
}

/** A negative length is a bad request (5.1.1.5.9), even if no row is read. */
function checkLength({ cursor }: Parser, length: Typed | undefined) {
  if (length && 'val' in length.cqn && Number(length.cqn.val) < 0)
    cursor.fail('The length of a substring must not be negative', length.position)
}

/** `case(condition:value,…)` (5.1.1.12): the value of the first condition that holds. */
function cases(parser: Parser, position: number): Typed {
  const { cursor } = parser
  const whenThen = () => {
    const condition = parser.condition()
    cursor.expect(':')
    return { condition, value: parser.value() }
  }
  const parsed = cursor.enclosed(() => cursor.list(whenThen))
  const isDuration = parsed.some(({ value }) => value.type === 'duration')
  const all = isDuration ? parsed.map((each) => ({ ...each, value: asDuration(each.value) })) : parsed
  const known = all.map(({ value }) => value).filter(({ type }) => type !== 'null')
  const valued = (values: Cqn[]) => {
    const parts = all.flatMap(({ condition }, index) => ['when', holds(condition), 'then', values[index] as Cqn])
    return xpr('case', ...parts, 'end')
  }
  const type = known.find((each) => each.type !== 'any')?.type
  // members of open types keep the types that they have in JSON
  if (!type && known.length)
    return { ...memberValue({ source: valued(all.map(({ value }) => shown(value))), path: [] }), position }
  const complex = known.find((value) => !isPrimitive(value))
  if (complex) cursor.unsupported('The values must be primitive', complex.position)
  const values = all.map(({ value }) => meantAs(value, type ?? 'null'))
  for (const value of values)
    if (value.type !== type && value.type !== 'null') cursor.fail('All values must have one type', value.position)
  const whole = known.every((value) => value.whole === true)
  const mayBeNaN = values.some((value) => value.mayBeNaN)
  return { cqn: valued(values.map(exactly)), type: type ?? 'null', whole, mayBeNaN, position }
}
