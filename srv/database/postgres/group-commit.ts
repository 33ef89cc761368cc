/**
 * Stores entries in one transaction, on one connection: more of them brought nothing, as fewer entries shared a commit. Other
 * instances of the service do so at the same time, without a lock: arrivals get their numbers later, see sequencer.ts.
 */
import type pg from 'pg'
import type { Entry, Table } from '../engine.ts'
import { entryQueue, type Waiting } from '../entry-queue.ts'
import { ARRIVAL_KEY, ARRIVALS } from '../tables.ts'
import { pool, WRITING, type Limits } from './connection.ts'
import { isOfStatement } from './failures.ts'
import { withNames } from './names.ts'
import { UNNUMBERED } from './sequencer.ts'

/** @param limits of statements: how long they wait for others that store an event with the same id, and run in all */
export function startGroupCommit(url: string, limits: Limits) {
  const connections = pool(url, { ...WRITING, ...limits, max: 1 })
  const queue = entryQueue(async (all) => {
    const client = await connections.connect()
    try {
      await storeAll(client, all)
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
  })
  return {
    append: (entry: Entry) => queue.append(entry),
    /** Stores what is waiting, and accepts no more. */
    async close() {
      await queue.close()
      await connections.end()
    }
  }
}

async function storeAll(client: pg.ClientBase, all: Waiting[]) {
  try {
    await insert(
      client,
      all.flatMap(({ entry }) => entry)
    )
    for (const { stored } of all) stored()
  } catch (error) {
    if (!isOfStatement(error)) throw error
    await storeOneByOne(client, all)
  }
}

/** Stores each entry in a transaction of its own, since one of them is refused. */
async function storeOneByOne(client: pg.ClientBase, all: Waiting[]) {
  for (const { entry, stored, refused } of all) {
    try {
      await inTransaction(client, async () => {
        for (const [row, each] of entry.entries())
          await insert(client, [each]).catch((error: Error) => {
            throw Object.assign(error, { row }) // tells which one was refused
          })
      })
      stored()
    } catch (error) {
      if (!isOfStatement(error)) throw error
      refused(error)
    }
  }
}

async function inTransaction(client: pg.ClientBase, work: () => Promise<void>) {
  await client.query('BEGIN')
  try {
    await work()
    await client.query('COMMIT')
  } catch (error) {
    if (isOfStatement(error)) await client.query('ROLLBACK')
    throw error
  }
}

/** Inserts rows, those of a table in their order, with one statement: all of them or none. */
async function insert(client: pg.ClientBase, entry: Entry) {
  const tables = Map.groupBy(entry, ([table]) => table)
  const values = [...tables.values()].map((rows) => JSON.stringify(rows.map(([, row]) => row)))
  await client.query({ ...insertion([...tables.keys()]), values })
}

/** The statements for the tables that rows go into together. Each connection prepares them: to plan one takes 0.3 ms. */
const insertions = new Map<string, { name: string; text: string }>()

/** Finds the statement that inserts rows into tables, from a JSON array for each. It has all columns, whichever rows have. */
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
