/**
 * Stores entries in one transaction, on one connection: more of them brought nothing, as fewer entries shared a commit.
 * Other instances of the service do so at the same time, without a lock: see sequencer.ts.
 */
import type pg from 'pg'
import type { Entry, Table } from '../engine.ts'
import { entryQueue, type Waiting } from '../entry-queue.ts'
import { ARRIVAL_KEY, ARRIVALS, EVENT_KEY, EVENTS } from '../tables.ts'
import { onConnection, writer, type Limits } from './connection.ts'
import { codeOf, isDuplicate, isOfStatement } from './failures.ts'
import { queryOn, withNames } from './sql.ts'
import { ALL_TENANTS } from './roles.ts'
import { IDS, UNNUMBERED } from './tables.ts'

/** @param limits of statements: how long they wait for others that store an event with the same id, and run in all */
export function startGroupCommit(url: string, limits: Limits) {
  const connections = writer(url, { ...limits, options: ALL_TENANTS })
  return entryQueue(
    (all) => onConnection(connections, (client) => storeAll(client, all)),
    () => connections.end()
  )
}

/**
 * Stores entries with one commit. Those with events that are in the log, as when clients send again what they got no
 * answer to, are refused together: one at a time, they would hold up all others.
 */
async function storeAll(client: pg.ClientBase, all: Waiting[]): Promise<void> {
  try {
    const rows = all.flatMap(({ entry }) => entry)
    await insert(
      client,
      inOrderOfKeys(rows).map(([, each]) => each)
    )
    for (const { stored } of all) stored()
  } catch (error) {
    if (!isOfStatement(error)) throw error
    if (!isDuplicate(error)) return storeOneByOne(client, all)
    const { known, fresh, repeated } = await sortOut(client, all)
    for (const [{ refused }, row] of known)
      refused(Object.assign(new Error('The event is known.', { cause: error }), { code: codeOf(error), row }))
    if ([fresh.length, repeated.length].includes(all.length)) return storeOneByOne(client, all)
    for (const some of [fresh, repeated]) if (some.length) await storeAll(client, some)
  }
}

/** Entries, sorted out: see {@link sortOut}. */
interface Sorted {
  /** Those with an event that is in the log, each with the place of its row. */
  known: [entry: Waiting, row: number][]
  /** Those whose events nobody else has. */
  fresh: Waiting[]
  /** Those with an event that is in `fresh` or here, too: until that is stored, nobody knows whether it will be. */
  repeated: Waiting[]
}

/** Sorts entries out by what is committed. @param client reads all tenants: see roles.ts */
async function sortOut(client: pg.ClientBase, all: Waiting[]): Promise<Sorted> {
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

/** Stores each entry in a transaction of its own, since one of them is refused. */
async function storeOneByOne(client: pg.ClientBase, all: Waiting[]) {
  for (const { entry, stored, refused } of all) {
    let row = 0
    try {
      await client.query('BEGIN')
      for (const [place, each] of inOrderOfKeys(entry)) {
        row = place
        await insert(client, [each])
      }
      await client.query('COMMIT')
      stored()
    } catch (error) {
      if (!isOfStatement(error)) throw error
      await client.query('ROLLBACK')
      refused(Object.assign(error as Error, { row })) // tells which one was refused
    }
  }
}

const NAMES = EVENT_KEY.split(', ')

/** The key of an event as a text; an empty one for rows of other tables. */
const keyOf = ([table, row]: Entry[number]): string => (table.name === EVENTS ? keyIn(row) : '')

const keyIn = (row: object) => JSON.stringify(NAMES.map((name) => (row as Record<string, unknown>)[name]))

/**
 * Rows with their places: those of events by key, so that instances which get the same ones in another order do not
 * wait for each other in a circle, and before them the others as they came.
 */
function inOrderOfKeys(entry: Entry): [place: number, Entry[number]][] {
  const keyed = entry.map((each, place) => ({ place, each, key: keyOf(each) }))
  keyed.sort((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key)))
  return keyed.map(({ place, each }) => [place, each])
}

/** Inserts rows, those of a table in their order, with one statement: all of them or none. */
async function insert(client: pg.ClientBase, entry: Entry) {
  const tables = Map.groupBy(entry, ([table]) => table)
  const values = [...tables.values()].map((rows) => JSON.stringify(rows.map(([, row]) => row)))
  await client.query({ ...insertion([...tables.keys()]), values })
}

/** The statements, by the tables that rows go into together. Each connection prepares them: planning takes 0.3 ms. */
const insertions = new Map<string, { name: string; text: string }>()

/** The statement that inserts rows into tables, from a JSON array for each. It has all columns, whichever rows have. */
function insertion(tables: Table[]) {
  const key = tables.map(({ name }) => name).join()
  const known = insertions.get(key)
  if (known) return known
  const inserts = tables.map((table, index) => {
    const [name, columns] = table.name === ARRIVALS ? [UNNUMBERED, ARRIVAL_KEY] : [table.name, table.columns.join()]
    return `rows${index} AS (INSERT INTO ${name} (${columns})
      SELECT ${columns} FROM json_populate_recordset(NULL::${name}, $${index + 1}))`
  })
  const insertion = { name: `insertion_${insertions.size}`, text: withNames(`WITH ${inserts.join()} SELECT`) }
  insertions.set(key, insertion)
  return insertion
}
