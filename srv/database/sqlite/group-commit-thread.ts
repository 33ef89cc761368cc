/** The thread that stores rows: see group-commit.ts. */
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import workerpool from 'workerpool'
import { beginImmediate, openConnection, type LogConnection } from './connection.ts'
import { failureOf } from './failures.ts'
import type { Table } from '../engine.ts'
import type { Refusal, ThreadSettings, Work } from './group-commit.ts'
import { REFUSE_SHARED_IDS } from './schema.ts'

/**
 * Each savepoint keeps the pages that its event changes as they were: 12 or more of them, which SQLite would write to a
 * temporary file. A commit of many events changes more pages than fit in the usual 2 MB, and each that does not fit is
 * written twice.
 */
const IN_MEMORY = 'PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000'

const { file, files, lockTimeout, uniqueIds } = workerData as ThreadSettings
let database: LogConnection | undefined
const statements = new Map<string, StatementSync>()

workerpool.worker({ append, close })

/**
 * Stores entries in one transaction.
 * @returns for each entry why it was refused, or undefined
 * @throws SQLite's error if the database fails; then nothing is stored, unless it was committed to a file that went
 *   away
 */
async function append({ tables, entries }: Work): Promise<(Refusal | undefined)[]> {
  try {
    const connection = (database ??= open())
    const insertions = tables.map((table) => statementOf(connection, table))
    // SQLite counts how often it has slept, and the signals of a profiler wake it: 36 ms pass for 2 s
    await beginImmediate(connection, lockTimeout)
    const refusals = entries.map((entry) => insert(connection, insertions, entry))
    connection.commit()
    return refusals
  } catch (error) {
    // after some failures, such as a full disk, SQLite has already rolled back
    if (database?.isTransaction) database.exec('ROLLBACK')
    close() // the connection may be the reason: the next one opens the file again
    throw error
  }
}

function open() {
  const opened = openConnection(file, { files, timeout: lockTimeout })
  opened.exec(IN_MEMORY)
  if (uniqueIds) opened.exec(REFUSE_SHARED_IDS)
  return opened
}

function insert(connection: LogConnection, insertions: StatementSync[], entry: Work['entries'][number]) {
  connection.exec('SAVEPOINT entry')
  let row = 0
  try {
    for (const [table, values] of entry) {
      insertions[table]?.run(...(values as SQLInputValue[]))
      row++
    }
  } catch (error) {
    if (failureOf(error) || !connection.isTransaction) throw error
    connection.exec('ROLLBACK TO entry; RELEASE entry')
    const { message, errcode } = error as Refusal
    return { message, errcode, row }
  }
  connection.exec('RELEASE entry')
  return undefined
}

function statementOf(connection: LogConnection, { name, columns }: Table) {
  let statement = statements.get(name)
  if (!statement) {
    const sql = `INSERT INTO ${name} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`
    statements.set(name, (statement = connection.prepare(sql)))
  }
  return statement
}

function close() {
  database?.close()
  database = undefined
  statements.clear()
}
