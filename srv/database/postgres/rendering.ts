/** Renders queries as CAP does, in PostgreSQL's SQL. Values are `?` in it: see sql.ts. */
import { SQLService, type Limit, type Select, type Source, type ValueExpression } from '@cap-js/db-service'
import type { Source as SourceOfValue } from '../../cqn/cqn.ts'
import { SourcedValue } from '../../plans/statement.ts'
import { remembered } from '../../values/remembered.ts'
import { asText, COUNT_FUNCTIONS, isPage, tenantOf, type Argument } from '../rendering.ts'
import { castSql } from './casts.ts'
import { soughtBy } from '../dialect.ts'
import { DIALECT, OTHER_FUNCTIONS } from './dialect.ts'
import { beginningInAnyCaseOf, beginningOf, columnsByBeginning } from './indexes.ts'
import { isMixed } from './sql.ts'
import { INSTANT } from './tables.ts'
import { mayContain } from './search-statements.ts'
import { translated } from './patterns.ts'

const CapRenderer = SQLService.CQN2SQL

interface Expression {
  ref?: string[] | undefined
  val?: unknown
  /** Whether the value comes from a request, and where it is there. */
  fromRequest?: boolean | undefined
  source?: SourceOfValue | undefined
  func?: string
  args?: Expression[]
  list?: Expression[]
}

/** A part of an expression. */
type Part = string | Expression

type Term = Expression & { sort?: string | undefined; nulls?: string; element?: { key?: boolean; type?: string } }

/** What follows for the beginnings of texts from a comparison of the texts. */
const IMPLIED: Record<string, string> = { '=': '=', in: 'in', '>': '>=', '>=': '>=', '<': '<=', '<=': '<=' }

/** The columns that are indexed by their beginnings, for each model. */
const indexedIn = remembered(columnsByBeginning)

export class PostgresRenderer extends CapRenderer {
  private readsEvents = false
  /** The tenant that the query of events is confined to. */
  private tenant: Expression | undefined
  static override Functions = {
    ...CapRenderer.Functions,
    ...DIALECT,
    ...OTHER_FUNCTIONS,
    ...COUNT_FUNCTIONS,
    matchespattern(this: PostgresRenderer, text: Argument, { val: pattern }: Argument) {
      return `((${String(text)}) collate "C" ~ ${this.val({ val: translated(String(pattern)), fromRequest: true })})`
    },
    may_contain(this: PostgresRenderer, id: Argument, _after: Argument, _before: Argument, ...sought: Argument[]) {
      const [asked, ...terms] = sought
      const { lists, isWhole } = soughtBy(asked?.val, terms)
      if (isWhole) return 'true' // to know that many events have a value takes the index as long as to find them
      const column = String(id)
      const instant = this.readsEvents ? column.replace(/\bid$/, `"${INSTANT}"`) : undefined
      return mayContain(
        column,
        instant,
        lists.map((list) => list.map(({ term }) => this.place(term))) // without parentheses: see search-statements.ts
      )
    },
    tallies_lack(this: PostgresRenderer, query: Argument) {
      return this.tenant ? `tallies_lack(${this.expr(this.tenant)})` : `${String(query)} > 0`
    },
    odata_cast: (value: Argument, { val: from }: Argument, { val: to }: Argument) =>
      castSql(() => String(value), String(from), String(to))
  }

  override quote(name: string) {
    return typeof name === 'string' && isMixed(name) ? `"${name}"` : super.quote(name)
  }

  /** PostgreSQL wants each query in a query to have a name. */
  override from(from: Source, query: object) {
    return super.from(from.SELECT && !from.as ? { ...from, as: 'unnamed' } : from, query)
  }

  override xpr({ xpr }: { xpr: Part[] }) {
    return this.byBeginning(xpr) ?? this.byInstant(xpr) ?? super.xpr({ xpr })
  }

  override SELECT(query: Select) {
    const { readsEvents, tenant } = this
    const definition = this.model?.definitions[query.SELECT.from?.ref?.[0] as string] ?? {}
    const { id, [INSTANT]: instant } = definition.elements ?? {}
    this.readsEvents = Boolean(id?.key && instant)
    this.tenant = tenantOf(query.SELECT, this.model)
    try {
      return super.SELECT(isPage(query.SELECT, this.model) ? foundFirst(query) : query)
    } finally {
      Object.assign(this, { readsEvents, tenant })
    }
  }

  /** A comparison of ids with constants, in the partitions that have them only. */
  private byInstant(xpr: Part[]): string | undefined {
    const [column, operator, value, ...more] = xpr
    if (typeof column !== 'object' || typeof value !== 'object' || more.length || !this.readsEvents) return undefined
    const { ref = [] } = column
    const values = operator === 'in' ? value.list : operator === '=' && value.val !== null && 'val' in value && [value]
    if (ref.at(-1) !== 'id' || !values) return undefined
    const instant = this.expr({ ref: [...ref.slice(0, -1), INSTANT] })
    const found = super.xpr({ xpr })
    const ids = () => values.map((each) => this.expr(each)).join()
    if (operator === '=' && this.tenant)
      return `(${found} and ${instant} = instant_of(${ids()},${this.expr(this.tenant)}))`
    return `(${found} and ${instant} = any(instants_of(array[${ids()}])))`
  }

  /** Compares with constants by the beginnings of texts, which an index has. The rest counts if those are long. */
  private byBeginning(xpr: Part[]): string | undefined {
    const [column, operator, value, ...more] = xpr
    if (typeof column !== 'object' || typeof value !== 'object' || more.length) return undefined
    const isInAnyCase = column.func === 'any_case' // only what is indexed so is compared so
    const implied = IMPLIED[operator as string]
    if (!implied || !(isInAnyCase || this.isIndexed(column))) return undefined
    const of = (text: Expression) => ({ func: isInAnyCase ? 'beginning_in_any_case' : 'beginning', args: [text] })
    const text = isInAnyCase ? (column.args?.[0] as Expression) : column
    const values = value.list ?? ('val' in value ? [value] : [])
    if (!values.length) return undefined
    if (value.val === null) return super.xpr({ xpr: [of(text), implied, value] })
    const cut = (each: Expression) => derived(each, isInAnyCase ? beginningInAnyCaseOf : beginningOf) ?? of(each)
    const beginnings = value.list ? { list: value.list.map(cut) } : cut(value)
    const found = super.xpr({ xpr: [of(text), implied, beginnings] })
    if (operator !== '=' && operator !== 'in') return `(${found} and ${super.xpr({ xpr })})`
    // PostgreSQL evaluates this once, so that it estimates the rows by the index alone
    const areShort = values.map((each) => this.expr({ func: 'is_beginning', args: [each] })).join(' and ')
    return `(${found} and case when ${areShort} then true else ${super.xpr({ xpr })} end)`
  }

  private isIndexed({ ref }: Expression) {
    return ref !== undefined && indexedIn(this.model?.definitions ?? {}).has(ref.at(-1) as string)
  }

  override SELECT_expand(query: Select, sql: string) {
    const rendered = super.SELECT_expand(query, sql)
    return rendered === sql ? sql : `${rendered} as root`
  }

  /** Null comes before all values, as in SQLite and in our indexes. The index of a number that is a key has none. */
  override orderBy(order: Term[]) {
    return order.flatMap((each) => {
      if ('val' in each) return [] // a constant orders nothing
      if (each.element?.key && each.element.type === 'cds.Integer') return super.orderBy([each], false)
      const { sort, nulls = sort?.toLowerCase() === 'desc' ? 'last' : 'first' } = each
      const first = this.isIndexed(each) ? [{ func: 'beginning', args: [{ ref: each.ref }], sort, nulls }] : []
      return super.orderBy([...first, { nulls, ...each }] as Term[], false)
    })
  }

  override limit(limit: Limit) {
    return super.limit(asText(limit))
  }

  override val(expression: ValueExpression) {
    const sql = this.place(expression)
    return expression.fromRequest && sql === '?' && typeof expression.val === 'string' ? 'cast(? as sent_text)' : sql
  }

  /** Values that the wire gave keep where they come from: see plans/plans.ts. */
  private place(expression: ValueExpression) {
    const { fromRequest, source } = expression
    const sql = super.val(expression)
    if ((fromRequest || source) && sql === '?') this.values.push(new SourcedValue(this.values.pop() as never, source))
    return sql
  }
}

/** What follows from a text of a request, and from those of others of its shape; undefined if it is no such text. */
function derived({ val, fromRequest, source }: Expression, read: (text: string) => string): Expression | undefined {
  if (typeof val !== 'string' || !fromRequest) return undefined
  const readIn = (text: string) => {
    const other = source?.read(text)
    return typeof other === 'string' ? read(other) : other
  }
  return { val: read(val), fromRequest, source: source && { ...source, read: readIn } }
}

/**
 * A page that finds its rows before it makes anything of them. Otherwise PostgreSQL plans what it makes of them once
 * for each partition, each time it plans the query.
 */
function foundFirst(query: Select): Select {
  const { from, where, orderBy, limit, ...others } = query.SELECT
  const found = { SELECT: { from, where, orderBy, limit, localized: others.localized }, as: from?.as }
  // the limit keeps PostgreSQL from computing a column each time that another query uses it
  const SELECT = { ...others, from: found, limit: limit && { rows: limit.rows } }
  return Object.create(query, { SELECT: { value: SELECT } }) as Select
}
