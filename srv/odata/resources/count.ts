/** Counts the entities of a collection (OData Protocol 4.01, 11.2.10). */
import { func, named, ref } from '../../cqn/cqn.ts'
import { givingWay } from '../../http/give-way.ts'
import type { ServiceSchema } from '../model/schema.ts'
import { planned, type Planned } from '../../plans/plans.ts'
import { orderTerms } from '../query/order.ts'
import { parsedOption, rowSets } from '../query/row-sets.ts'
import { clauses, entities, nested, type Rows } from '../query/rows.ts'
import { tallied } from '../query/tallied.ts'
import { columnsFor } from '../query/select.ts'
import type { Exchange } from '../request/exchange.ts'
import { integerOption } from '../request/options.ts'
import { requestShape } from '../request/shape.ts'

/** Counts the entities in a collection. @throws {RequestError} 400 also for invalid options without an effect */
export async function countEntities(exchange: Exchange): Promise<number> {
  const { options, schema } = exchange
  for (const name of ['$top', '$skip']) integerOption(options, name)
  const plan = planned(exchange, requestShape(exchange, ['count']), () => {
    const sets = rowSets(exchange)
    for (const rows of sets) parsedOption(exchange, '$orderby', rows, orderTerms) // checks it
    return sets
  })
  const count = await countOf(schema, plan, plan.prepared)
  plan.keep()
  return count
}

/** Counts all rows, not only those on the page. */
export async function countOf(schema: ServiceSchema, { ask }: Planned<unknown>, sets: Rows[]): Promise<number> {
  const { counts } = schema
  const kept = named(func('sum', ref(counts.count)), 'total') // the number of all entities: see db/counts.cds
  let total = 0
  const giveWay = givingWay()
  for (const [index, rows] of sets.entries()) {
    await giveWay()
    const found = await ask(`count ${index}`, () => {
      if (rows === entities(schema)) return { SELECT: { from: { ref: [counts.entity] }, columns: [kept] } }
      const source = rows.areEntities ? rows : nested(rows, columnsFor(undefined, rows))
      return tallied(schema, { SELECT: { ...clauses(source), columns: [{ func: 'count', args: ['*'], as: 'total' }] } })
    })
    total += Number(found[0]?.total)
  }
  return total
}
