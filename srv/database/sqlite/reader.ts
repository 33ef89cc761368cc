/** The process that runs queries, with a connection of its own: see reader-pool.ts. */
import { limitMemory } from './memory-limit.ts'
import { queryConnection, type LogFiles, type QueryConnection } from './query-connection.ts'
import type { Answer, Task } from './reader-pool.ts'
import { RecentlyUsed } from '../../values/recently-used.ts'

/** How many prepared statements are kept: to prepare one that puts a page together takes up to two milliseconds. */
const MOST_STATEMENTS = 20

const [, , log = '', memory, parent] = process.argv
limitMemory(Number(memory), Number(parent))
const files = JSON.parse(log) as LogFiles
let connection: QueryConnection | undefined
const statements = new RecentlyUsed<ReturnType<QueryConnection['prepare']>>(MOST_STATEMENTS)

function answer({ sql, values, session }: Task): Answer {
  try {
    connection ??= queryConnection(files, { reads: 'unmapped' })
    connection.setSession(session)
    const statement = statements.get(sql) ?? connection.prepare(sql)
    statements.set(sql, statement)
    return { rows: statement.all(values) }
  } catch (cause) {
    statements.clear()
    connection?.close() // the next query opens the file again, which may have been repaired
    connection = undefined
    return { error: { ...(cause as object), message: (cause as Error).message } }
  }
}

process.on('SIGINT', () => {}) // ^C reaches the service, too, which lets queries under way finish
process.on('disconnect', () => process.exit())
process.on('message', (task: Task) => process.send?.(answer(task)))
