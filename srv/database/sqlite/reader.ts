/** The process that runs queries, with a connection of its own: see reader-process.ts. */
import type { Connection } from '@cap-js/sqlite'
import Database from '../service.ts'
import { limitMemory } from './memory-limit.ts'
import type { Answer, LogFiles, Task } from './reader-process.ts'

/** How long a value may become, in bytes. */
const LONGEST_VALUE = 32 * 1024 * 1024

const [, , log = '', memory] = process.argv
limitMemory(Number(memory))
const { file: url, files } = JSON.parse(log) as LogFiles
const database = new Database('db', undefined, { credentials: { url }, files })
let connection: Connection | undefined

async function connect() {
  const opened = await database.factory.create()
  opened.limits.length = LONGEST_VALUE
  opened.exec('PRAGMA mmap_size = 0') // what is mapped would count as memory
  return opened
}

async function answer({ sql, values, session }: Task): Promise<Answer> {
  try {
    connection ??= await connect()
    database.set.call({ dbc: connection }, session)
    return { rows: connection.prepare(sql).all(values) }
  } catch (cause) {
    connection?.close() // the next query opens the file anew, as it may have been mended
    connection = undefined
    return { error: { ...(cause as object), message: (cause as Error).message } }
  }
}

process.on('SIGINT', () => {}) // ^C goes to the service as well, which lets the queries under way finish
process.on('disconnect', () => process.exit())
process.on('message', (task: Task) => void answer(task).then((answered) => process.send?.(answered)))
