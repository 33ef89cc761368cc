/** The process that runs queries, with a connection of its own: see reader-process.ts. */
import { limitMemory } from './memory-limit.ts'
import { QueryConnection, type LogFiles } from './query-connection.ts'
import type { Answer, Task } from './reader-process.ts'

const [, , log = '', memory] = process.argv
limitMemory(Number(memory))
const files = JSON.parse(log) as LogFiles
let connection: QueryConnection | undefined

function answer({ sql, values, session }: Task): Answer {
  try {
    connection ??= new QueryConnection(files).forReading(false)
    connection.session = session
    return { rows: connection.prepare(sql).all(values) }
  } catch (cause) {
    connection?.close() // the next query opens the file again, which may have been repaired
    connection = undefined
    return { error: { ...(cause as object), message: (cause as Error).message } }
  }
}

process.on('SIGINT', () => {}) // ^C reaches the service, too, which lets queries under way finish
process.on('disconnect', () => process.exit())
process.on('message', (task: Task) => process.send?.(answer(task)))
