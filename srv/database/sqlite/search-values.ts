/**
 * The search index knows all values of some columns (`@indexedByParts` in db/indexes.cds), as many events have the same.
 * A search for a part of such a value looks for the values that have it, from which an index of the log leads to events.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { COUNTS, EVENTS } from '../tables.ts'
import { BLOCK, lastOf, type SearchIndex, type State } from './search-file.ts'
import { isIndexed, valueTextsOf, type IndexedTenant, type NumberOf } from './search-tenants.ts'
import { matchAll, trigramsOf } from './trigrams.ts'

/** What is asked of the index, in a transaction. */
export interface Question {
  log: DatabaseSync
  index: DatabaseSync
  search: SearchIndex
  /** Those whose events are looked for. */
  tenants: IndexedTenant[]
  /** Lists of terms, of one of which all must be there, each in the value of a column, or anywhere if that is empty. */
  lists: { column: string; term: string }[][]
  /** Whether the terms are whole values. It pays only to find few events for them. */
  isWhole: boolean
  /** The instants between which events must have happened; null where there is no bound. */
  range: [SQLInputValue, SQLInputValue]
  /** Called for all that is found; ends the query by an error if that takes too long. */
  withinTime: () => void
  /** Called before entries of the index are read, with about their number; ends the query if those are too many. */
  reading: (entries: number) => void
}

/** How many trigrams of a term are looked for. Values are short, so these lead to few others. */
const LOOKED_FOR = 8

/** The most text of values that are held at once, but for one, in UTF-16 code units. */
const MOST_TEXT = 1_000_000

/** Longer values, in UTF-16 code units, may have any part: to know all of theirs takes too much memory and time. */
const LONG = 1000
const ANYTHING = '\n\n\n' // no term has line breaks

const textOf = (value: string) => (value.length > LONG ? ANYTHING : value.toLowerCase())

/** How long values that are gone are looked for at once, in milliseconds. */
const DURATION = 20

/** What events are added from and to, in a transaction. */
export interface Filling extends Pick<Question, 'log' | 'index' | 'search'> {
  numberOf: NumberOf
}

/** Adds the values of events that were indexed. */
export function addValues({ log, index, search, numberOf }: Filling, after: number, last: number) {
  const add = index.prepare('INSERT INTO known_values (tenant, name, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  for (const column of Object.values(search.columns.byParts)) {
    const find = log.prepare(
      `SELECT DISTINCT tenant, "${column}" AS value FROM ${EVENTS}
       WHERE rowid > ? AND rowid <= ? AND "${column}" IS NOT NULL`
    )
    for (const { tenant, value } of find.iterate(after, last) as Iterable<{ tenant: string; value: string }>) {
      const number = numberOf(tenant)
      if (!isIndexed({ number })) continue
      const { changes, lastInsertRowid } = add.run(number, column, value)
      if (!changes) continue
      const text = `INSERT INTO ${valueTextsOf(number)} (rowid, text) VALUES (?, ?)`
      index.prepare(text).run(lastInsertRowid, textOf(value))
    }
  }
}

type KnownValue = Record<'number' | 'place', number> & Record<'tenant' | 'name' | 'value', string>

/** Removes values that no event has any more, for a short time, if events were removed. @returns the new state */
export function removeValues(log: DatabaseSync, index: DatabaseSync, state: State): State {
  const total = Number(log.prepare(`SELECT sum(events) AS total FROM ${COUNTS}`).get()?.total)
  const removed = lastOf(log) - total // no rowid is left out
  if (!state.swept && removed === state.removed) return state
  const known = index.prepare(
    `SELECT known.number, known.tenant AS place, tenants.tenant, name, value FROM known_values AS known
     CROSS JOIN tenants ON tenants.number = known.tenant WHERE known.number > ? ORDER BY known.number`
  )
  const remove = index.prepare('DELETE FROM known_values WHERE number = ?')
  const until = performance.now() + DURATION
  const begun = { ...state, removed: state.swept ? state.removed : removed }
  for (const { number, tenant, place, name, value } of known.iterate(state.swept) as Iterable<KnownValue>) {
    if (!log.prepare(`SELECT 1 FROM ${EVENTS} WHERE tenant = ? AND "${name}" = ? LIMIT 1`).get(tenant, value)) {
      remove.run(number)
      const texts = valueTextsOf(place)
      index.prepare(`INSERT INTO ${texts} (${texts}, rowid, text) VALUES ('delete', ?, ?)`).run(number, textOf(value))
    }
    if (performance.now() > until) return { ...begun, swept: number }
  }
  return { ...begun, swept: 0 }
}

/** @returns the rows with a part of a value; undefined if none is sought in values, or there are more than `most` */
export function rowsByValue(question: Question, most: number): number[] | undefined {
  const rows: number[] = []
  for (const tenant of question.tenants)
    for (const list of question.lists) {
      if (list !== question.lists[0]) question.reading(tenant.blocks) // there are many events for each value
      const found = rowsOfList(question, tenant, list, most - rows.length)
      if (!found) return undefined
      rows.push(...found)
    }
  return rows
}

function rowsOfList(
  question: Question,
  tenant: IndexedTenant,
  list: Question['lists'][number],
  most: number
): number[] | undefined {
  const { log, search, range, withinTime } = question
  const column = list.find((each) => each.column)?.column
  if (!column) return undefined
  const terms = list.filter((each) => each.column === column).map(({ term }) => term)
  const values = valuesWith(question, tenant, column, trigramsOf(terms, LOOKED_FOR), most / BLOCK)
  if (!values) return undefined
  const [after, before] = range
  const instant = `event."${search.instant}"`
  const bounds = [after !== null && `${instant} >= :after`, before !== null && `${instant} <= :before`]
  const conditions = ['event.tenant = :tenant', `event."${column}" = known.value`, ...bounds]
  const find = log.prepare(
    `SELECT event.rowid AS place FROM json_each(:values) AS known CROSS JOIN ${EVENTS} AS event
     WHERE ${conditions.filter(Boolean).join(' AND ')} LIMIT :most`
  )
  find.setAllowUnknownNamedParameters(true)
  const rows = find
    .iterate({ values: JSON.stringify(values), tenant: tenant.tenant, after, before, most: most + 1 })
    .map(({ place }) => (withinTime(), Number(place)))
    .toArray()
  return rows.length > most ? undefined : rows
}

/** The values of a column that have some trigrams; undefined if there are too many, or no trigrams. */
function valuesWith(
  { index, withinTime }: Question,
  { number }: IndexedTenant,
  column: string,
  trigrams: string[],
  most: number
) {
  if (!trigrams.length) return undefined
  const texts = valueTextsOf(number)
  const find = index.prepare(
    `SELECT value FROM ${texts} JOIN known_values ON number = ${texts}.rowid WHERE ${texts} MATCH ? AND name = ?`
  )
  const values: string[] = []
  let length = 0
  for (const { value } of find.iterate(`(${matchAll(trigrams)}) OR ${matchAll([ANYTHING])}`, column) as Iterable<{
    value: string
  }>) {
    withinTime()
    length += value.length
    if (values.length >= most || length > MOST_TEXT) return undefined
    values.push(value)
  }
  return values
}
