/** SQL of queries: CAP's, with what lets queries be stopped and planned. */
import SQLiteService, { type Limit, type Renderer, type Select, type ValueExpression } from '@cap-js/sqlite'
import { SourcedValue } from '../wire/plans.ts'
import { WITHIN_TIME } from './functions.ts'

const CapRenderer: new (...args: never[]) => Renderer = SQLiteService.CQN2SQL

/** Called in the condition of every query that may look at many rows: see quick-reader.ts. */
const withinTime = { func: WITHIN_TIME, args: [] }

export class StoppableRenderer extends CapRenderer {
  override SELECT(query: Select) {
    const { SELECT } = query
    const { where } = SELECT
    if (SELECT.from?.ref && !isPlainCount(SELECT) && where?.[0] !== withinTime)
      SELECT.where = where?.length ? [withinTime, 'and', { xpr: where }] : [withinTime]
    return super.SELECT(query)
  }

  /** Numbers become text: SQLite prepares a statement anew whenever its limit is bound, as the plan may depend on it. */
  override limit({ rows, offset }: Limit) {
    return super.limit({ rows: { ...rows, param: false }, ...(offset && { offset: { ...offset, param: false } }) })
  }

  /**
   * Values that the wire gave keep where they come from: see wire/plans.ts. A text stays as it is, where CAP would rewrite
   * one that looks like a timestamp.
   */
  override val(expression: ValueExpression) {
    const { val, isOwn, source } = expression
    if (!isOwn && !source) return super.val(expression)
    const isText = typeof val === 'string'
    const sql = isText ? '?' : super.val(expression)
    if (sql === '?') this.values.push(new SourcedValue(isText ? val : (this.values.pop() as never), source))
    return sql
  }
}

/** SQLite counts all rows of a table without looking at them, if nothing else is asked. */
function isPlainCount({ columns, where, groupBy }: Select['SELECT']) {
  const [column, ...more] = columns ?? []
  return column?.func === 'count' && !more.length && !where?.length && !groupBy?.length
}
