/** The process that runs queries, with a connection of its own: see reader-process.ts. */
import { limitMemory } from './memory-limit.ts'
import { openQueries, type QueryConnection } from './query-connection.ts'
import type { Answer, LogFiles, Task } from './reader-process.ts'

const [, , log = '', memory] = process.argv
limitMemory(Number(memory))
const { file, files, resultBytes } = JSON.parse(log) as LogFiles
let connection: QueryConnection | undefined

function answer({ sql, values, session }: Task): Answer {
  try {
    connection ??= openQueries(file, files, resultBytes).forReading(false)
    connection.session = session
    return { rows: connection.prepare(sql).all(values) }
  } catch (cause) {
    connection?.close() // the next query opens the file anew, as it may have been mended
    connection = undefined
    return { error: { ...(cause as object), message: (cause as Error).message } }
  }
}

process.on('SIGINT', () => {}) // ^C goes to the service as well, which lets the queries under way finish
process.on('disconnect', () => process.exit())
process.on('message', (task: Task) => process.send?.(answer(task)))
