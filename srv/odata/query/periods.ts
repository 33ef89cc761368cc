/**
 * What holds for all points in time of one period, such as an hour: expressions whose value is the same for all of
 * them, and ranges of time that have whole periods in them.
 */
import { comparisonIn, conjuncts, func, val, xpr, type Constant, type Cqn, type Source } from '../../cqn/cqn.ts'
import type { Bounds } from '../../database/dialect.ts'
import { restOf, type Tallies as Declared } from '../../database/tallies.ts'
import { movedPoint } from '../../values/datetime.ts'

type Tallies = Pick<Declared, 'length'>

/** What a name stands for: a value that all events of a kind have, or their point in time. */
export type Meaning = 'value' | 'instant' | 'local'
export type Meanings = Map<string, Meaning>

/** How long a period is in 100 ns ticks, by how many characters of a point in time tell it. */
const TICKS: Record<number, number> = { 10: 864_000_000_000, 13: 36_000_000_000, 16: 600_000_000 }

/** After all instants, as text. */
export const NEVER = '~'

/** Functions of aggregates, and how windows begin: they depend on several rows. */
const OF_ROWS = /^(count|sum|average|avg|min|max|total|countdistinct|group_concat|texts_joined|json_rows)$/
const WINDOW = /\bover\s*\(/

/** The beginning of the period of an instant. */
const beginning = (instant: string, tallies: Tallies) => instant.slice(0, tallies.length) + restOf(tallies)

/** The beginning of the first period after an instant. */
function following(instant: string, tallies: Tallies): string {
  return movedPoint(beginning(instant, tallies), BigInt(TICKS[tallies.length] ?? 0)) ?? NEVER
}

/** The value of a literal changed, also where a plan puts in that of another request. */
function changed(literal: Constant, change: (value: string) => string | undefined): Cqn {
  const { source } = literal
  const read: Source['read'] = (text) => {
    const value = source?.read(text)
    return typeof value === 'string' ? change(value) : undefined
  }
  return val(change(String(literal.val)) ?? null, source && { ...source, read })
}

/** The bounds of a column in conditions that must all hold. Of several at the same side it takes one. */
export function boundsOf(conditions: Cqn[], column: string): Bounds {
  const bounds: Bounds = {}
  for (const found of conditions.flatMap(conjuncts).map(comparisonIn)) {
    if (found?.column !== column) continue
    if (AFTER.includes(found.operator)) bounds.after = found.text
    if (BEFORE.includes(found.operator)) bounds.before = found.text
  }
  return bounds
}

const AFTER = ['>', '>=']
const BEFORE = ['<', '<=']

/** A range of time: what bounds it, and the whole periods in it. */
export interface Range {
  after: Cqn[]
  before: Cqn[]
  /** Where the whole periods begin and end: at the last and at the first of these. */
  from: Cqn[]
  to: Cqn[]
  /** Just after all points in time of the range, if it has an end. */
  until: Cqn[]
}

/** Adds a condition to a range of time. @returns false if it is no bound, or a second one at the same side */
export function isBound(cqn: Cqn, meanings: Meanings, tallies: Tallies, range: Range): boolean {
  const { column = '', operator = '', text } = comparisonIn(cqn) ?? {}
  if (!text || meanings.get(column) !== 'instant') return false
  if (AFTER.includes(operator) && !range.after.length) {
    const isFirst = (instant: string) => operator === '>=' && beginning(instant, tallies) === instant
    range.after.push(cqn)
    range.from.push(changed(text, (instant) => (isFirst(instant) ? instant : following(instant, tallies))))
    return true
  }
  if (!BEFORE.includes(operator) || range.before.length) return false
  range.before.push(cqn)
  range.to.push(changed(text, (instant) => beginning(instant, tallies)))
  range.until.push(operator === '<' ? text : changed(text, (instant) => `${instant}0`))
  return true
}

const meaningOf = (cqn: Cqn, meanings: Meanings) => ('ref' in cqn ? meanings.get(cqn.ref[0] as string) : undefined)
const isInstant = (cqn: Cqn, meanings: Meanings) => meaningOf(cqn, meanings) === 'instant'

/**
 * The same expression, if it has one value for all events of a kind.
 * @param range loses the periods for which that is not certain
 * @returns undefined if it may have several values
 */
export function steady(cqn: Cqn, meanings: Meanings, tallies: Tallies, range: Range): Cqn | undefined {
  const all = <Part extends Cqn | string>(parts: Part[]): Part[] | undefined => {
    const found = parts.map((part) =>
      typeof part === 'string' ? (WINDOW.test(part) ? undefined : part) : steady(part, meanings, tallies, range)
    )
    return found.includes(undefined) ? undefined : (found as Part[])
  }
  if ('val' in cqn) return cqn
  if ('ref' in cqn) return meaningOf(cqn, meanings) === 'value' ? cqn : undefined
  if ('list' in cqn) {
    const list = all(cqn.list)
    return list && { ...cqn, list }
  }
  if ('xpr' in cqn) {
    const xpr = all(cqn.xpr)
    return xpr && { ...cqn, xpr }
  }
  if (!('func' in cqn) || OF_ROWS.test(cqn.func)) return undefined
  if (isPartOfPeriod(cqn, meanings, tallies)) return cqn
  const args = (cqn.func === 'floor' && wholePeriods(cqn.args, meanings, tallies, range)) || all(cqn.args)
  return args && { ...cqn, args }
}

/** Whether a function takes the characters of a point in time that tell its period, or some of them. */
function isPartOfPeriod({ func, args }: Extract<Cqn, { func: string }>, meanings: Meanings, { length }: Tallies) {
  const [of, start, count] = args
  if (func !== 'substring' || !of || !start || !count || !('val' in start) || !('val' in count)) return false
  const [first, characters] = [Number(start.val), Number(count.val)]
  const isPoint = ['instant', 'local'].includes(meaningOf(of, meanings) ?? '')
  return isPoint && first >= 0 && characters >= 0 && first + characters <= length
}

/** How far from its origin a time is divided exactly, in 100 ns ticks: ten years, where doubles tell ticks apart. */
const EXACT = 3_153_600_000_000_000n

/**
 * The time since an origin in whole numbers of periods, with the origin at the beginning of one: its floor changes
 * where a period begins.
 */
function wholePeriods(args: Cqn[], meanings: Meanings, tallies: Tallies, range: Range): Cqn[] | undefined {
  const ticks = TICKS[tallies.length] ?? 0
  let origin: Cqn | undefined
  /** Copies the expression with another origin, and finds how many ticks its unit has. */
  function copy(cqn: Cqn): { cqn: Cqn; unit: number } | undefined {
    const inner = (part: Cqn | string | undefined) => (part && typeof part !== 'string' ? copy(part) : undefined)
    if ('func' in cqn && cqn.func === 'ratio') {
      const [dividend, divisor] = cqn.args
      const found = divisor && 'val' in divisor && inner(dividend)
      return found ? { cqn: func('ratio', found.cqn, divisor), unit: found.unit * Number(divisor.val) } : undefined
    }
    if (!('xpr' in cqn)) return undefined
    const [first, operator, last] = cqn.xpr
    if (cqn.xpr.length === 1) return inner(first)
    if (typeof first === 'string') {
      const found = first === 'cast(' && last === 'as double precision)' ? inner(operator) : undefined
      return found && { ...found, cqn: xpr(first, found.cqn, last as string) }
    }
    if (!first || !last || typeof last === 'string' || cqn.xpr.length > 3) return undefined
    if (operator === '/' && 'val' in last) {
      const found = inner(first)
      return found && { cqn: xpr(found.cqn, operator, last), unit: found.unit * Number(last.val) }
    }
    const since = operator === '-' && originOf(first, last, meanings)
    if (!since || beginning(String(since.val), tallies) !== since.val) return undefined
    origin = changed(since, (instant) => (beginning(instant, tallies) === instant ? instant : undefined))
    range.from.push(changed(since, (instant) => movedPoint(instant, -EXACT) ?? ''))
    range.to.push(changed(since, (instant) => movedPoint(instant, EXACT) ?? NEVER))
    return { cqn: xpr(first, operator, { ...last, args: [origin] }), unit: 1 }
  }
  const [argument] = args
  const found = argument && copy(argument)
  return found && Number.isSafeInteger(found.unit) && found.unit > 0 && found.unit % ticks === 0
    ? [found.cqn]
    : undefined
}

/** The literal from which ticks are counted. */
function originOf(first: Cqn, last: Cqn, meanings: Meanings): Constant | undefined {
  const areTicks = [first, last].every((each) => 'func' in each && each.func === 'odata_ticks')
  if (!areTicks) return undefined
  const [point, literal] = [first, last].map((each) => (each as Extract<Cqn, { func: string }>).args[0])
  return point && literal && isInstant(point, meanings) && 'val' in literal ? literal : undefined
}
