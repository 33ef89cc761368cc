/** Renders queries as CAP does, in PostgreSQL's SQL. Values are `?` in it: see placeholders.ts. */
import { SQLService, type Limit, type Select, type Source, type ValueExpression } from '@cap-js/db-service'
import { RequestError } from '../../errors/errors.ts'
import { SourcedValue } from '../../plans/statement.ts'
import { DIALECT } from './dialect.ts'
import { isMixed } from './names.ts'

const CapRenderer = SQLService.CQN2SQL

/** What PostgreSQL does not compute so far, or not within bounds: its regular expressions may take forever. */
const MISSING = ['odata_cast', 'odata_in_json', 'matchespattern', 'json_extended']

function refuse(): never {
  throw new RequestError('notImplemented', 'The service does not compute this on PostgreSQL.')
}

export class PostgresRenderer extends CapRenderer {
  static override Functions = {
    ...CapRenderer.Functions,
    ...DIALECT,
    ...Object.fromEntries(MISSING.map((name) => [name, refuse])),
    contains: (text: string, part: string) => `coalesce(strpos(${text},${part}) > 0,false)`,
    ifnull: (value: string, other: string) => `coalesce(${value},${other})`,
    odata_held: (value: string) => value, // whole numbers come as those of JavaScript
    round: (value: string) => `round(cast(${value} as numeric))`, // halves away from zero
    indexof: (text: string, part: string) => `strpos(${text},${part}) - 1`,
    instr: (text: string, part: string) => `strpos(${text},${part})`,
    tolower: (text: string) => `lower_case(${text})`,
    toupper: (text: string) => `upper_case(${text})`,
    substring: (text: string, start: string, length?: string) =>
      `substr(${text},cast(${start} as int) + 1${length ? `,cast(${length} as int)` : ''})`
  }

  override quote(name: string) {
    return typeof name === 'string' && isMixed(name) ? `"${name}"` : super.quote(name)
  }

  /** PostgreSQL wants each query in a query to have a name. */
  override from(from: Source, query: object) {
    return super.from(from.SELECT && !from.as ? { ...from, as: 'unnamed' } : from, query)
  }

  override SELECT_expand(query: Select, sql: string) {
    const rendered = super.SELECT_expand(query, sql)
    return rendered === sql ? sql : `${rendered} as root`
  }

  /** Null comes before all values, as in SQLite and in our indexes. The index of a number that is a key has none. */
  override orderBy(order: { sort?: string; nulls?: string; element?: { key?: boolean; type?: string } }[]) {
    return order.map((each) => {
      if (each.element?.key && each.element.type === 'cds.Integer') return super.orderBy([each], false)[0] as string
      const nulls = each.sort?.toLowerCase() === 'desc' ? 'last' : 'first'
      return super.orderBy([{ nulls, ...each }], false)[0] as string
    })
  }

  /** As text: the plan of a query depends on its limit. */
  override limit({ rows, offset }: Limit) {
    return super.limit({ rows: { ...rows, param: false }, ...(offset && { offset: { ...offset, param: false } }) })
  }

  /** Values that the wire gave keep where they come from: see plans/plans.ts. */
  override val(expression: ValueExpression) {
    const { val, fromRequest, source } = expression
    // the same each time, as what is grouped by has to be; and NaN takes the type of the number beside it
    if (fromRequest && !source && typeof val === 'string' && /^(\$\.".*|NaN)$/.test(val)) return this.string(val)
    const sql = super.val(expression)
    if ((fromRequest || source) && sql === '?') this.values.push(new SourcedValue(this.values.pop() as never, source))
    return sql
  }
}
