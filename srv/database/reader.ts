/**
 * A process that runs queries with a connection of its own. SQLite cannot be interrupted from JavaScript, and holds the
 * thread that it runs on; a process can be ended whatever it does. See readers.ts.
 */
import workerpool from 'workerpool'
import type { Connection } from '@cap-js/sqlite'
import Database from '../database.ts'
import type { OpenFiles } from './files.ts'

const [, , file, files = ''] = process.argv
const database = new Database('db', undefined, { credentials: { url: file }, files: JSON.parse(files) as OpenFiles })
let connection: Connection | undefined

/**
 * Runs a query.
 * @param session what the query may ask of its context, such as the user
 */
async function all(sql: string, values: unknown[], session: object): Promise<unknown[]> {
  connection ??= await database.factory.create()
  database.set.call({ dbc: connection }, session)
  try {
    return connection.prepare(sql).all(values)
  } catch (error) {
    connection.close() // the next query opens the file anew, as it may have been mended
    connection = undefined
    throw error
  }
}

process.on('SIGINT', () => {}) // ^C goes to the service as well, which lets the queries under way finish
workerpool.worker({ all })
