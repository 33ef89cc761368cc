/** Renders queries as CAP does, so that they can be stopped, and planned for other requests of the same shape. */
import SQLiteService, { type Limit, type Select, type ValueExpression } from '@cap-js/sqlite'
import { type Element } from '../../cqn/csn.ts'
import { LONG_TEXT } from './cost.ts'
import { DIALECT } from './dialect.ts'
import { TOO_LONG, WITHIN_TIME } from './functions.ts'
import { mayContain, UNBOUNDED } from './search-statements.ts'
import { asText, COUNT_FUNCTIONS, isPage, tenantOf, type Argument } from '../rendering.ts'
import { SourcedValue } from '../../plans/statement.ts'

const CapRenderer = SQLiteService.CQN2SQL

/** The column that says which row was found. */
const FOUND = { xpr: ['rowid'], as: 'place' }

/** Called in the condition of every query that may look at many rows: see inline-reader.ts. */
const withinTime = { func: WITHIN_TIME, args: [] }

export class StoppableRenderer extends CapRenderer {
  static override Functions = {
    ...SQLiteService.CQN2SQL.Functions,
    ...DIALECT,
    ...COUNT_FUNCTIONS,
    may_contain(this: StoppableRenderer, id: Argument, after: Argument, before: Argument, ...sought: Argument[]) {
      const [asked, ...terms] = sought
      const tenant = this.tenant ? this.val(this.tenant) : UNBOUNDED
      const bounds = [after, before].map((each) => (each.val === null ? UNBOUNDED : String(each)))
      return mayContain(String(id), tenant, ...bounds, this.string(String(asked?.val)), ...terms.map(String))
    }
  }
  private guarded?: Set<string>
  /** The tenant that the query being rendered is confined to. */
  private tenant: ValueExpression | undefined

  override SELECT(query: Select) {
    const outer = this.tenant
    if (query.SELECT.where?.[0] !== withinTime) this.tenant = tenantOf(query.SELECT, this.model)
    try {
      return this.select(query)
    } finally {
      this.tenant = outer
    }
  }

  private select(query: Select) {
    this.guarded ??= columnsAtWork(query)
    const { SELECT } = query
    const { where, columns = [], orderBy = [] } = SELECT
    if (orderBy.length && columns[0] !== FOUND && isPage(SELECT, this.model)) return super.SELECT(foundFirst(query))
    if (SELECT.from?.ref && where?.[0] !== withinTime) {
      const guards = [withinTime, ...this.guards(SELECT.from)]
      const conditions = where?.length ? [...guards, { xpr: where }] : guards
      SELECT.where = conditions.flatMap((each, index) => (index ? ['and', each] : [each]))
    }
    return super.SELECT(query)
  }

  /**
   * Conditions that call {@link TOO_LONG} before the query works with a long text, whose length SQLite knows unread.
   */
  private guards({ ref = [], as }: NonNullable<Select['SELECT']['from']>): object[] {
    const elements = Object.entries(this.model?.definitions[ref[0] as string]?.elements ?? {})
    return elements
      .filter(([name, element]) => this.guarded?.has(name) && mayBeLong(element))
      .map(([name]) => {
        const column = { ref: as ? [as, name] : [name] }
        const call = { func: TOO_LONG, args: [] }
        return { xpr: ['case when octet_length(', column, `) > ${LONG_TEXT} then`, call, 'else 1 end'] }
      })
  }

  override limit(limit: Limit) {
    return super.limit(asText(limit))
  }

  /**
   * Values that the wire gave keep where they come from: see plans/plans.ts. A text stays as it is, where CAP would
   * rewrite one that looks like a timestamp.
   */
  override val(expression: ValueExpression) {
    const { val, fromRequest, source } = expression
    if (!fromRequest && !source) return super.val(expression)
    const isText = typeof val === 'string'
    const sql = isText ? '?' : super.val(expression)
    if (sql === '?') this.values.push(new SourcedValue(isText ? val : (this.values.pop() as never), source))
    return sql
  }
}

/**
 * A page that finds its rows before it reads them. If SQLite has to sort rows to find those of a page, it sorts all
 * that is selected of them, such as their texts, and makes the text of each row that is among the first for a moment.
 */
function foundFirst(query: Select): Select {
  const { from, where, orderBy, limit, ...others } = query.SELECT
  const found = { SELECT: { from, where, orderBy, limit, columns: [FOUND], localized: others.localized }, as: 'found' }
  const on = [{ ref: [from?.as, 'rowid'] }, '=', { ref: [found.as, FOUND.as] }]
  const rows = { join: 'cross', args: [found, from], on } // a cross join keeps the order of the tables, and so of rows
  // the limit keeps SQLite from computing a column each time that another query uses it
  const SELECT = { ...others, from: rows, limit: limit && { rows: limit.rows } }
  return Object.create(query, { SELECT: { value: SELECT } }) as Select
}

/** Whether clients decide how long the values of a column are. */
function mayBeLong({ key, length, type, '@cds.api.ignore': isHidden }: Element) {
  return !key && !length && !isHidden && !/^cds\.(Int|Boolean)/.test(type ?? '')
}

/** The functions that return texts as they are, or only look at their length. */
const UNREAD = new Set(['concatenated', 'octets'])

/** The columns that a query compares, sorts by or computes with, at any level, but not those that it only returns. */
function columnsAtWork(query: object): Set<string> {
  const found = new Set<string>()
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) return part.forEach(visit)
    if (typeof part !== 'object' || part === null) return
    const { ref, xpr, func, args, list, SELECT } = part as Partial<Record<string, unknown>>
    if (UNREAD.has(func as string)) return
    if (Array.isArray(ref)) found.add(String(ref.at(-1)))
    ;[xpr, args, list].forEach(visit)
    if (!SELECT) return
    const { columns, from, where, groupBy, having, orderBy } = SELECT as Select['SELECT']
    ;[columns?.filter((column) => !column.ref), from, where, groupBy, having, orderBy].forEach(visit)
  }
  visit(query)
  return found
}
