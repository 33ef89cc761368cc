/** Tells entries with events that are in the log already from others. */
import type pg from 'pg'
import type { Entry } from '../engine.ts'
import type { Waiting } from '../entry-queue.ts'
import { EVENT_KEY, EVENTS } from '../tables.ts'
import { queryOn } from './names.ts'
import { IDS } from './partitions.ts'

const NAMES = EVENT_KEY.split(', ')

/** The key of an event as a text; an empty one for rows of other tables. */
export const keyOf = ([table, row]: Entry[number]): string => (table.name === EVENTS ? keyIn(row) : '')

const keyIn = (row: object) => JSON.stringify(NAMES.map((name) => (row as Record<string, unknown>)[name]))

/** Entries, sorted out: see {@link sortOut}. */
export interface Sorted {
  /** Those with an event that is in the log, each with the place of its row. */
  known: [entry: Waiting, row: number][]
  /** Those whose events nobody else has. */
  fresh: Waiting[]
  /** Those with an event that is in `fresh` or here, too: until that is stored, nobody knows whether it will be. */
  repeated: Waiting[]
}

/** Sorts entries out by what is committed. @param client reads all tenants: see roles.ts */
export async function sortOut(client: pg.ClientBase, all: Waiting[]): Promise<Sorted> {
  const keys = all.map(({ entry }) => entry.map(keyOf))
  const ids = keys.flat().flatMap((key) => (key ? [(JSON.parse(key) as string[])[0]] : []))
  const rows = await queryOn(client)(`SELECT ${EVENT_KEY} FROM ${IDS} WHERE id = ANY($1)`, ids)
  const inLog = new Set(rows.map(keyIn))
  const seen = new Set<string>()
  const sorted: Sorted = { known: [], fresh: [], repeated: [] }
  for (const [index, waiting] of all.entries()) {
    const own = keys[index] ?? []
    const row = own.findIndex((key) => inLog.has(key))
    if (row >= 0) {
      sorted.known.push([waiting, row])
      continue
    }
    const before = seen.size
    const events = own.filter((key) => key && seen.add(key))
    sorted[seen.size - before < events.length ? 'repeated' : 'fresh'].push(waiting)
  }
  return sorted
}
