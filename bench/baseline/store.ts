/**
 * The log of the hand-written servers: a table of what is searched, and each event as answers show it. It is in
 * PostgreSQL if the environment has `DATABASE_URL`, and otherwise in SQLite, in the file that `FILE` names.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { DatabaseError, Pool, types } from 'pg'
import { instant, type Event } from './event.ts'
import { changedProperty, type Condition } from './filter.ts'
import { Refusal } from './http.ts'

/** An event with its JSON. */
export type Posted = [event: Event, json: string]

/** For each event undefined, or why it was refused. */
type Refusals = (Refusal | undefined)[]

interface Store {
  /** Runs a query with the parameters and functions of SQLite. */
  all: (sql: string, ...values: (string | number)[]) => unknown[][] | Promise<unknown[][]>
  /** Stores events in one transaction, or none if it `isAtomic` and one is refused. They are on disk when it returns. */
  insert: (events: Posted[], isAtomic?: boolean) => Refusals | Promise<Refusals>
}

const { DATABASE_URL, FILE = ':memory:' } = process.env
const [NUMBER, KEY, BODY] = DATABASE_URL
  ? ['', 'TEXT COLLATE "C"', 'TEXT']
  : ['number INTEGER PRIMARY KEY, ', 'TEXT', 'BLOB']

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    ${NUMBER}id ${KEY} NOT NULL, time ${KEY} NOT NULL, activityDateTime TEXT NOT NULL, day ${KEY} NOT NULL, status ${KEY},
    statusType TEXT NOT NULL, job ${KEY}, change ${KEY}, target ${KEY}, initiator TEXT, changed TEXT NOT NULL,
    body ${BODY} NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS events_id ON events (id);
  CREATE INDEX IF NOT EXISTS events_time ON events (time, id, day, status, target);
  CREATE INDEX IF NOT EXISTS events_status ON events (status, time, id);
  CREATE INDEX IF NOT EXISTS events_job ON events (job, time, id);
  CREATE INDEX IF NOT EXISTS events_change ON events (change, time, id);
  CREATE INDEX IF NOT EXISTS events_target ON events (target, id, time)`

const COLUMNS = 12
const SQLITE_CONSTRAINT_UNIQUE = 2067
const UNIQUE_VIOLATION = '23505'
const INT8 = 20
const CONNECTIONS = 16 // as many as the clients of the benchmark

export const store: Store = DATABASE_URL ? await inPostgres(DATABASE_URL) : inSqlite(FILE)

/**
 * Writes the query of a page, newest first or by the name of the target.
 * @param isNext whether it follows another page: its parameters are those of the condition, the position of the last
 *   row of that page, and the number of rows
 */
export function pageSql(columns: string, where: Condition, order: 'time' | 'target', isNext: boolean) {
  if (order === 'target') {
    const beyond = isNext ? '(target, id) > (?, ?)' : 'true'
    return `SELECT ${columns} FROM ${from('events_target')} WHERE ${beyond} ORDER BY target, id LIMIT ?`
  }
  const { sql, index } = where
  const beyond = isNext ? ' AND (time, id) < (?, ?)' : ''
  const rows = (names: string) =>
    `SELECT ${names} FROM ${from(index)} WHERE true${sql}${beyond} ORDER BY time DESC, id DESC LIMIT ?`
  if (DATABASE_URL || index !== 'events_target') return rows(columns)
  // that index is not in the order of time: sort row numbers, not events
  return `SELECT ${columns} FROM events WHERE number IN (${rows('number')}) ORDER BY time DESC, id DESC`
}

/** Writes the query of the number of events. In SQLite row numbers have no gaps, as events are never deleted. */
export function countSql({ sql, index }: Condition) {
  const isByNumber = !DATABASE_URL && !sql
  return isByNumber ? 'SELECT max(number) FROM events' : `SELECT count(*) FROM ${from(index)} WHERE true${sql}`
}

/** Writes the query of the number of events of each day and status. */
export function dailySql({ sql, index }: Condition) {
  return `SELECT day, status, count(*) FROM ${from(index)} WHERE true${sql} GROUP BY day, status ORDER BY 1, 2`
}

const from = (index: string) => (DATABASE_URL ? 'events' : `events INDEXED BY ${index}`)

function inSqlite(file: string): Store {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  // maps 1 GB of the file, and checkpoints every 40 MB instead of every 4
  database.exec('PRAGMA mmap_size = 1073741824; PRAGMA wal_autocheckpoint = 10000')
  database.exec(SCHEMA)
  const insertion = database.prepare(`INSERT INTO events VALUES (NULL${', ?'.repeat(COLUMNS)})`)
  const statements = new Map<string, StatementSync>()

  function insertOne([event, json]: Posted) {
    try {
      insertion.run(...columnsOf(event), Buffer.from(json))
      return undefined
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== SQLITE_CONSTRAINT_UNIQUE) throw error
      return alreadyThere()
    }
  }

  return {
    all(sql, ...values: SQLInputValue[]) {
      let statement = statements.get(sql)
      if (!statement) {
        statements.set(sql, (statement = database.prepare(sql)))
        statement.setReturnArrays(true)
      }
      return statement.all(...values) as unknown as unknown[][]
    },
    insert(events, isAtomic) {
      database.exec('BEGIN IMMEDIATE')
      try {
        const refusals = events.map(insertOne)
        database.exec(isAtomic && refusals.some(Boolean) ? 'ROLLBACK' : 'COMMIT')
        return refusals
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    }
  }
}

/** A pool of connections, each of which prepares a statement once. */
async function inPostgres(connectionString: string): Promise<Store> {
  types.setTypeParser(INT8, Number)
  const pool = new Pool({ connectionString, max: CONNECTIONS, idleTimeoutMillis: 0 })
  await pool.query(SCHEMA)
  const statements = new Map<string, { name: string; text: string }>()

  async function all(sql: string, ...values: unknown[]) {
    let statement = statements.get(sql)
    if (!statement) {
      let count = 0
      const text = sql.replaceAll('instr(', 'strpos(').replaceAll('?', () => `$${++count}`)
      statements.set(sql, (statement = { name: `statement ${statements.size}`, text }))
    }
    return (await pool.query<unknown[]>({ ...statement, values, rowMode: 'array' })).rows
  }

  const row = `(${Array.from({ length: COLUMNS }, () => '?').join()})`
  return {
    all,
    /** By one statement, which is a transaction. */
    async insert(events, isAtomic) {
      if (!events.length) return []
      const ids = events.map(([{ id }]) => id)
      const values = events.flatMap(([event, json]) => [...columnsOf(event), json])
      const skipping = isAtomic ? '' : ' ON CONFLICT DO NOTHING'
      try {
        const sql = `INSERT INTO events VALUES ${events.map(() => row).join()}${skipping} RETURNING id`
        const created = new Set((await all(sql, ...values)).flat())
        return ids.map((id) => (created.delete(id) ? undefined : alreadyThere()))
      } catch (error) {
        if (!isAtomic || !(error instanceof DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error
        const known = new Set((await all('SELECT id FROM events WHERE id = ANY(?)', ids)).flat())
        return ids.map((id, index) => (known.has(id) || ids.indexOf(id) < index ? alreadyThere() : undefined))
      }
    }
  }
}

const alreadyThere = () => new Refusal(409, 'resourceExists', 'An event with this id exists already.')

/** The values of all columns of an event but `number` and `body`. */
function columnsOf(event: Event): (string | null)[] {
  const { id, activityDateTime, jobId, changeId, initiatedBy, targetIdentity, statusInfo, modifiedProperties } = event
  let changed = '\n'
  for (const { displayName } of modifiedProperties) {
    if (displayName !== null) changed += changedProperty(displayName).slice(1)
  }
  return [
    ...[id, instant(activityDateTime) as string, activityDateTime, activityDateTime.slice(0, 10)],
    ...[statusInfo.status, statusInfo['@odata.type'], jobId, changeId],
    ...[targetIdentity.displayName, initiatedBy.displayName, changed]
  ]
}
