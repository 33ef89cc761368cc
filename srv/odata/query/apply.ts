/** `$apply`: transformations of collections (OData Data Aggregation 4.0, section 3). */
import { func, named, ref, val, xpr, type Typed } from '../../cqn/cqn.ts'
import { aggregate, grouped, type Aggregate, type Grouping } from './aggregation.ts'
import { alias, computedValues } from './compute.ts'
import { Cursor } from '../expressions/cursor.ts'
import { exactly, holds } from '../expressions/logic.ts'
import { meantAs } from '../expressions/members.ts'
import { orderBy, orderTerms } from './order.ts'
import { ExpressionParser } from '../expressions/parser.ts'
import { isPrimitive, type ExpressionContext } from '../expressions/parsing.ts'
import { parsePath } from '../expressions/paths.ts'
import { searchWords } from '../expressions/search.ts'
import { clauses, computed, filtered, areTooLarge, nested, searched, type Computed, type Rows } from './rows.ts'
import type { Searchable } from '../model/schema.ts'

/** How many sets of rows `concat` and `rollup` may give: each is a query of its own. */
const MAX_SETS = 20

/** The column of rows that are needed to reach a sum, which no other has the name of: names of values begin with a letter. */
const IS_NEEDED = '$isNeeded'

type Context = Omit<ExpressionContext, 'type'>

/**
 * Parses a sequence of transformations and applies it to rows.
 * @param searchable what `search` looks into
 * @returns the rows; several where `concat` puts them one after the other
 * @throws {RequestError} 400 with the position of what is wrong, 501 for what the service does not implement
 */
export function parseApply(expression: string, rows: Rows, context: Context, searchable: Searchable): Rows[] {
  const cursor = new Cursor(expression, context.option)
  const result = new ApplyParser(cursor, context, searchable).sequence([rows])
  cursor.end()
  return result
}

class ApplyParser {
  private readonly cursor: Cursor
  private readonly context: Context
  private readonly searchable: Searchable

  constructor(cursor: Cursor, context: Context, searchable: Searchable) {
    this.cursor = cursor
    this.context = context
    this.searchable = searchable
  }

  sequence(input: Rows[]): Rows[] {
    let output = input
    do {
      const [rows] = output
      if (output.length > 1 || !rows)
        this.cursor.fail('A transformation after concat is not implemented', undefined, 'notImplemented')
      output = this.cursor.nested(() => this.transformation(rows))
      if (areTooLarge(output)) this.cursor.tooLarge()
    } while (this.cursor.accept('/'))
    return output
  }

  private transformation(rows: Rows): Rows[] {
    const { position } = this.cursor.token
    const name = this.cursor.name('A transformation')
    if (name === 'identity') return [rows]
    this.cursor.expect('(')
    const output = this.named(name, rows, position)
    this.cursor.expect(')')
    return output
  }

  private named(name: string, rows: Rows, position: number): Rows[] {
    const context = { ...this.context, type: rows.type }
    switch (name) {
      case 'filter':
        return [filtered(rows, holds(new ExpressionParser(this.cursor, context).condition()))]
      case 'search':
        return [searched(rows, searchWords(this.cursor), this.searchable)]
      case 'compute':
        return [computed(rows, this.computedValues(rows, context))]
      case 'aggregate':
        return [this.grouped(rows, [], this.aggregates(context))]
      case 'groupby':
        return this.groupBy(rows, context)
      case 'concat':
        return this.concatenated(rows)
      case 'orderby':
        return [{ ...rows, order: orderTerms(new ExpressionParser(this.cursor, context)) }]
      case 'top':
        return [limited(rows, this.number())]
      case 'skip':
        return [limited(rows, Number.MAX_SAFE_INTEGER, this.number())]
      case 'topcount':
      case 'bottomcount':
        return [this.extremes(rows, context, name === 'topcount')]
      case 'topsum':
      case 'bottomsum':
      case 'toppercent':
      case 'bottompercent':
        return [this.accumulated(rows, context, name.startsWith('top'), name.endsWith('percent'))]
      default:
        return this.cursor.fail(`The transformation '${name}' is not implemented`, position, 'notImplemented')
    }
  }

  private computedValues(rows: Rows, context: ExpressionContext): Computed[] {
    const taken = [...rows.columns, ...context.type.properties.keys()]
    return computedValues(new ExpressionParser(this.cursor, context), taken)
  }

  private concatenated(rows: Rows): Rows[] {
    const sets = this.cursor.list(() => this.sequence([rows])).flat()
    if (sets.length > MAX_SETS) this.cursor.fail(`The result has more than ${MAX_SETS} sets of rows`)
    return sets
  }

  private number(): number {
    const { kind, text } = this.cursor.token
    const number = Number(text)
    if (kind !== 'number' || !/^\d+$/.test(text) || !Number.isSafeInteger(number))
      this.cursor.fail('A whole number of 0 or more is expected')
    this.cursor.take()
    return number
  }

  /** `topcount(3,durationInMilliseconds)`: the rows with the largest values. */
  private extremes(rows: Rows, context: ExpressionContext, descending: boolean): Rows {
    const count = this.number()
    this.cursor.expect(',')
    const cqn = exactly(new ExpressionParser(this.cursor, context).value())
    return limited({ ...rows, order: [{ cqn, descending, required: false }] }, count)
  }

  /** `topsum(1000,durationInMilliseconds)`: as many rows with the largest values as it takes to reach a sum. */
  private accumulated(rows: Rows, context: ExpressionContext, descending: boolean, isPercent: boolean): Rows {
    const amount = this.number()
    this.cursor.expect(',')
    const { cqn, type, position } = meantAs(new ExpressionParser(this.cursor, context).value(), 'number')
    if (type !== 'number') this.cursor.fail('A number is expected', position)
    const order = [cqn, descending ? 'desc' : 'asc', ...rows.identity.flatMap((name) => [',', ref(name)])]
    const before = xpr('sum(', cqn, ') over (order by', ...order, 'rows unbounded preceding) -', cqn)
    const whole = isPercent ? xpr('sum(', cqn, ') over () *', val(amount), '/ 100.0') : val(amount)
    const columns = [...rows.columns.map(ref), named(xpr(before, '<', whole), IS_NEEDED)]
    const numbered = nested(rows, { ...clauses(filtered(rows, xpr(cqn, '!=', val(null)))), columns })
    const needed = filtered(numbered, xpr(ref(IS_NEEDED), '=', val(true)))
    return nested(needed, { ...clauses(needed), columns: rows.columns.map(ref) })
  }

  /** `groupby((statusInfo/status,jobId),aggregate($count as total))`, also with `rollup($all,a,b)` among the paths. */
  private groupBy(rows: Rows, context: ExpressionContext): Rows[] {
    this.cursor.expect('(')
    const items = this.cursor.list(() => this.groupingItem(context))
    this.cursor.expect(')')
    const aggregates = this.cursor.accept(',') ? this.groupAggregates(context) : []
    const levels = items.reduce<Grouping[][]>(
      (sets, item) => sets.flatMap((set) => item.map((part) => [...set, ...part])),
      [[]]
    )
    if (levels.length > MAX_SETS) this.cursor.fail(`The result has more than ${MAX_SETS} sets of groups`)
    return levels.map((groupings) => this.grouped(rows, groupings, aggregates))
  }

  private groupingItem(context: ExpressionContext): Grouping[][] {
    if (!this.cursor.accept('rollup')) return [[this.grouping(context)]]
    this.cursor.expect('(')
    const all = this.cursor.accept('$all')
    if (all) this.cursor.expect(',')
    const paths = this.cursor.list(() => this.grouping(context))
    this.cursor.expect(')')
    const levels = paths.map((_, index) => paths.slice(0, paths.length - index))
    return all ? [...levels, []] : levels
  }

  private grouping(context: ExpressionContext): Grouping {
    const { position } = this.cursor.token
    const grouping = parsePath(new ExpressionParser(this.cursor, context))
    if (!isPrimitive(grouping.value)) this.cursor.fail('Only primitive values can be grouped by', position)
    return grouping
  }

  private groupAggregates(context: ExpressionContext): Aggregate[] {
    this.cursor.expect('aggregate')
    this.cursor.expect('(')
    const aggregates = this.aggregates(context)
    this.cursor.expect(')')
    return aggregates
  }

  private aggregates(context: ExpressionContext): Aggregate[] {
    const taken = [...context.type.properties.keys()]
    const named = (value: Typed) => {
      const name = alias(this.cursor, taken)
      taken.push(name)
      return { name, value }
    }
    return this.cursor.list(() => {
      const { position } = this.cursor.token
      if (this.cursor.accept('$count')) {
        const value: Typed = { cqn: func('count', val(1)), type: 'number', whole: true, position }
        return named(value)
      }
      const operand = new ExpressionParser(this.cursor, context).value()
      this.cursor.expect('with')
      const { position: at } = this.cursor.token
      const value = aggregate(operand, this.cursor.name('A method'))
      if (!value) this.cursor.fail('The method is not sum, min, max, average or countdistinct for such values', at)
      return named(value)
    })
  }

  private grouped(rows: Rows, groupings: Grouping[], aggregates: Aggregate[]): Rows {
    return grouped(rows, groupings, aggregates) ?? this.cursor.fail('Two columns have the same name')
  }
}

/** The first rows in their order, as rows of their own. */
function limited(rows: Rows, top: number, skip = 0): Rows {
  const ties = rows.identity.map((name) => ({ cqn: ref(name), descending: false, required: false }))
  const terms = [...(rows.order ?? []), ...ties].map(orderBy)
  const limit = { rows: { val: top }, offset: { val: skip } }
  return nested(rows, { ...clauses(rows), columns: rows.columns.map(ref), orderBy: terms, limit })
}
