/** Random filters, each as the text that a client sends and as a straightforward evaluation of what it means. */
import fc from 'fast-check'
import type { Json } from '../support/service.ts'

type Evaluate<Result> = (event: Json) => Result

/** An expression: its text in OData, and its value for an event. */
export interface Expression<Result> {
  text: string
  of: Evaluate<Result>
}

type Text = Expression<string | null>
type Numeric = Expression<number | null>
/** True, false or null, which is unknown. */
export type Condition = Expression<boolean | null>

const words = [
  '',
  'a',
  'B',
  'ab',
  'Ä',
  "O'Neil",
  'scim.1',
  'failure',
  '2024-05-01T00:00:00Z',
  '😀',
  'a b',
  '%',
  '_',
  '"'
]
export const word = fc.constantFrom(...words)
export const small = fc.integer({ min: -5, max: 20 })

/** Points in time close to each other, in several offsets and with up to 7 fractional digits. */
export const point = fc
  .record({
    second: fc.integer({ min: 0, max: 5 }),
    fraction: fc.constantFrom('', '.5', '.0000001', '.1234567', '.9999999'),
    offset: fc.constantFrom('Z', '+02:00', '-05:30')
  })
  .map(({ second, fraction, offset }) => `2024-05-01T12:00:0${second}${fraction}${offset}`)

/** Ticks of 100 ns, by a way of its own. */
function ticks(value: string): bigint {
  const [, date, fraction = '', sign, hours = 0, minutes = 0] =
    /^(.{19})(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(value) ?? []
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
  return BigInt(Date.parse(`${date}Z`) - offset * 60_000) * 10_000n + BigInt(fraction.padEnd(7, '0'))
}

const at = (event: Json, path: string) =>
  path.split('/').reduce<unknown>((value, name) => (value as Json | null)?.[name], event) ?? null

const quote = (value: string) => `'${value.replaceAll("'", "''")}'`
const map = <A, B>(value: A | null, f: (value: A) => B) => (value === null ? null : f(value))
const unary =
  <A, B>(name: string, f: (value: A) => B) =>
  (a: Expression<A | null>): Expression<B | null> => ({
    text: `${name}(${a.text})`,
    of: (event) => map(a.of(event), f)
  })

const textLeaf: fc.Arbitrary<Text> = fc.oneof(
  word.map((value) => ({ text: quote(value), of: () => value })),
  fc
    .constantFrom(
      'jobId',
      'action',
      'initiatedBy/displayName',
      'statusInfo/status',
      'targetSystem/details/ApplicationId'
    )
    .map((path) => ({ text: path, of: (event: Json) => at(event, path) as string | null }))
)

const numberLeaf: fc.Arbitrary<Numeric> = fc.oneof(
  small.map((value) => ({ text: String(value), of: () => value })),
  fc.constant({
    text: 'durationInMilliseconds',
    of: (event: Json) => at(event, 'durationInMilliseconds') as number | null
  }),
  fc.constantFrom('provisioningSteps', 'modifiedProperties').map((name) => ({
    text: `${name}/$count`,
    of: (event: Json) => (event[name] as unknown[]).length
  }))
)

const both = <A, B, R>(a: Expression<A | null>, b: Expression<B | null>, text: string, f: (a: A, b: B) => R) => ({
  text,
  of: (event: Json): R | null => map<A, R | null>(a.of(event), (x) => map(b.of(event), (y) => f(x, y)))
})

const points = (value: string) => [...value]

const { texts } = fc.letrec<{ texts: Text }>((tie) => ({
  texts: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    textLeaf,
    tie('texts').map(unary('tolower', (value: string) => value.toLowerCase())),
    tie('texts').map(unary('toupper', (value: string) => value.toUpperCase())),
    tie('texts').map(unary('trim', (value: string) => value.replace(/^ +| +$/g, ''))),
    fc.tuple(tie('texts'), tie('texts')).map(([a, b]) => both(a, b, `concat(${a.text},${b.text})`, (x, y) => x + y)),
    fc.tuple(tie('texts'), fc.integer({ min: 0, max: 3 })).map(([a, n]) => ({
      text: `substring(${a.text},${n})`,
      of: (event: Json) => map(a.of(event), (x) => points(x).slice(n).join(''))
    }))
  )
}))

const { numbers } = fc.letrec<{ numbers: Numeric }>((tie) => ({
  numbers: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    numberLeaf,
    texts.map(unary('length', (value: string) => points(value).length)),
    fc.tuple(texts, texts).map(([a, b]) =>
      both(a, b, `indexof(${a.text},${b.text})`, (x, y) => {
        const index = x.indexOf(y)
        return index < 0 ? -1 : points(x.slice(0, index)).length
      })
    ),
    fc
      .tuple(tie('numbers'), fc.constantFrom('add', 'sub', 'mul'), tie('numbers'))
      .map(([a, name, b]) =>
        both(a, b, `(${a.text} ${name} ${b.text})`, (x, y) => (name === 'add' ? x + y : name === 'sub' ? x - y : x * y))
      )
  )
}))

const operators = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le')

function compare<V>(name: string, a: V | null, b: V | null, order: (a: V, b: V) => number): boolean {
  if (a === null || b === null) {
    const areEqual = a === b
    return name === 'ne' ? !areEqual : ['eq', 'ge', 'le'].includes(name) && areEqual // 5.1.1.1
  }
  const result = order(a, b)
  return { eq: result === 0, ne: result !== 0, gt: result > 0, ge: result >= 0, lt: result < 0, le: result <= 0 }[
    name
  ] as boolean
}

const byCodePoint = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const nothing: Expression<null> = { text: 'null', of: () => null }

function comparison<V>(
  values: fc.Arbitrary<Expression<V | null>>,
  order: (a: V, b: V) => number
): fc.Arbitrary<Condition> {
  const right = fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: fc.constant(nothing) })
  return fc.tuple(values, operators, right).map(([a, name, b]) => ({
    text: `${a.text} ${name} ${b.text}`,
    of: (event) => compare(name, a.of(event), b.of(event), order)
  }))
}

const moment: Expression<string | null> = { text: 'activityDateTime', of: (event) => event.activityDateTime as string }
const moments = fc.oneof(
  fc.constant(moment),
  point.map((value) => ({ text: value, of: () => value }))
)

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  comparison(texts, byCodePoint),
  comparison(numbers, (a, b) => a - b),
  comparison(moments, (a, b) => Number(ticks(a) - ticks(b))),
  fc.tuple(fc.constantFrom('contains', 'startswith', 'endswith'), texts, texts).map(([name, a, b]) => ({
    text: `${name}(${a.text},${b.text})`,
    of: (event: Json) => {
      const [x, y] = [a.of(event), b.of(event)]
      if (x === null || y === null) return null // 5.1.1.4
      return name === 'contains' ? x.includes(y) : name === 'startswith' ? x.startsWith(y) : x.endsWith(y)
    }
  })),
  fc.tuple(textLeaf, fc.array(word, { minLength: 1, maxLength: 3 })).map(([a, list]) => ({
    text: `${a.text} in (${list.map(quote).join(',')})`,
    of: (event: Json) => list.includes(a.of(event) ?? '\0')
  })),
  fc
    .tuple(fc.constantFrom('any', 'all'), fc.constantFrom('name', 'status'), operators, word)
    .map(([quantifier, property, name, value]) => ({
      text: `provisioningSteps/${quantifier}(s:s/${property} ${name} ${quote(value)})`,
      of: (event: Json) => {
        const holds = (step: Json) => compare(name, (step[property] as string | null) ?? null, value, byCodePoint)
        const steps = event.provisioningSteps as Json[]
        return quantifier === 'any' ? steps.some(holds) : steps.every(holds)
      }
    })),
  fc.constantFrom('targetSystem', 'initiatedBy').map((name) => ({
    text: `${name} ne null`,
    of: (event: Json) => event[name] !== null
  }))
)

/** `or`, and `and`: one operand may decide, or else what is unknown stays so (5.1.1.1.7 and 5.1.1.1.8). */
function combined(deciding: boolean, a: boolean | null, b: boolean | null) {
  if (a === deciding || b === deciding) return deciding
  return a === null || b === null ? null : !deciding
}

/** Conditions, nested by and, or, not. */
export const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie('condition').map((a) => ({
      text: `not (${a.text})`,
      of: (event: Json) => map(a.of(event), (value) => !value)
    })),
    fc.tuple(tie('condition'), fc.constantFrom(true, false, null)).map(([a, value]) => ({
      text: `(${a.text}) eq ${value}`,
      of: (event: Json) => a.of(event) === value
    })),
    fc.tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition')).map(([a, name, b]) => ({
      text: `(${a.text}) ${name} (${b.text})`,
      of: (event: Json) => combined(name === 'or', a.of(event), b.of(event))
    }))
  )
}))

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })

/** Events whose values meet those of the filters. */
export const event: fc.Arbitrary<Json> = fc.record({
  activityDateTime: point,
  jobId: maybe(word),
  action: maybe(word),
  durationInMilliseconds: maybe(small),
  initiatedBy: maybe(fc.record({ displayName: maybe(word) })),
  targetSystem: maybe(fc.record({ details: maybe(fc.record({ ApplicationId: maybe(word) })) })),
  statusInfo: maybe(fc.record({ status: maybe(word) })),
  provisioningSteps: fc.array(fc.record({ name: maybe(word), status: maybe(word) }), { maxLength: 3 }),
  modifiedProperties: fc.array(fc.record({ newValue: maybe(word) }), { maxLength: 2 })
})
