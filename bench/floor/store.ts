/** The log in SQLite, as one would write it by hand: a table with what is searched, and each event as answers show it. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { instant } from '../../srv/values/datetime.ts'
import { changedProperty, type Condition } from './query.ts'
import type { Event } from './validation.ts'
import { Refusal } from './values.ts'

/** An event of a page: what the page after it begins after, and its JSON text in UTF-8. */
export type Row = [first: string | null, id: string, body: Uint8Array]

/** An event as `$select` shows it. */
export interface Selected {
  id: string
  activityDateTime: string
  initiator: string | null
  target: string | null
  status: string | null
  /** Which of the structures there are: see {@link SHAPE}. */
  shape: number
}

/** The bits of a shape: whether there is such a structure, and whether the status is a detailed one. */
export const SHAPE = { initiatedBy: 1, targetIdentity: 2, statusInfo: 4, detailed: 8 }

/** A row, by what it is ordered by and its id. */
export type Position = [first: string | null, id: string]

/** The order of a page: the newest first, or by the name of the target. */
export type Order = 'time' | 'target'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, time TEXT NOT NULL, activityDateTime TEXT NOT NULL,
    day TEXT NOT NULL, status TEXT, job TEXT, change TEXT, target TEXT, initiator TEXT, shape INTEGER NOT NULL,
    changed TEXT NOT NULL, body BLOB NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS events_id ON events (id);
  CREATE INDEX IF NOT EXISTS events_time ON events (time, id, day, status, target);
  CREATE INDEX IF NOT EXISTS events_status ON events (status, time, id);
  CREATE INDEX IF NOT EXISTS events_job ON events (job, time, id);
  CREATE INDEX IF NOT EXISTS events_change ON events (change, time, id);
  CREATE INDEX IF NOT EXISTS events_target ON events (target, id, time)`

/** SQLITE_CONSTRAINT_UNIQUE */
const TAKEN = 2067

export class Store {
  private readonly database: DatabaseSync
  private readonly statements = new Map<string, StatementSync>()
  private readonly insertion: StatementSync

  /** @param file the database file, which is created if there is none */
  constructor(file: string) {
    this.database = new DatabaseSync(file)
    this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    // 1 GB of the file is read without copies, and the log of writes is moved into it every 40 MB, not every 4
    this.database.exec('PRAGMA mmap_size = 1073741824; PRAGMA wal_autocheckpoint = 10000')
    this.database.exec(SCHEMA)
    this.insertion = this.database.prepare(`INSERT INTO events VALUES (NULL${', ?'.repeat(12)})`)
  }

  /**
   * Stores events in one transaction; they are on disk when this returns.
   * @param events each with its JSON text
   * @returns for each event undefined, or why it is refused
   */
  insert(events: [event: Event, body: string][]): (Refusal | undefined)[] {
    this.database.exec('BEGIN IMMEDIATE')
    try {
      const refusals = events.map(([event, body]) => this.insertOne(event, body))
      this.database.exec('COMMIT')
      return refusals
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      throw error
    }
  }

  private insertOne(event: Event, body: string): Refusal | undefined {
    try {
      this.insertion.run(...columnsOf(event), Buffer.from(body))
      return undefined
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== TAKEN) throw error
      return new Refusal(409, 'resourceExists', 'An event with this id exists already.', 'id')
    }
  }

  /** The JSON text of an event, if there is one with this id. */
  byKey(id: string): Uint8Array | undefined {
    const [row] = this.all('SELECT body FROM events WHERE id = ?', id) as [body: Uint8Array][]
    return row?.[0]
  }

  /**
   * Reads a page.
   * @param after the row that it comes after, by what it is ordered by and its id
   */
  page(where: Condition, order: Order, after: Position | undefined, limit: number): Row[] {
    return this.all(
      pageSql(`${order}, id, body`, where, order, after),
      ...where.values,
      ...known(after),
      limit
    ) as Row[]
  }

  /** Reads a page of `$select`, the newest event first. */
  selected(where: Condition, after: Position | undefined, limit: number): [time: string, Selected][] {
    const columns = 'time, id, activityDateTime, initiator, target, status, shape'
    const rows = this.all(pageSql(columns, where, 'time', after), ...where.values, ...known(after), limit)
    return (rows as [string, string, string, string | null, string | null, string | null, number][]).map(
      ([time, id, activityDateTime, initiator, target, status, shape]) => [
        time,
        { id, activityDateTime, initiator, target, status, shape }
      ]
    )
  }

  /** How many events there are. Numbers have no gaps, as nothing is ever removed. */
  count({ sql, values, index }: Condition): number {
    const from = sql ? `count(*) FROM events INDEXED BY ${index} WHERE 1${sql}` : 'max(number) FROM events'
    const [[count]] = this.all(`SELECT ${from}`, ...values) as [[number | null]]
    return count ?? 0
  }

  /** How many events there are of each day and status. */
  daily({ sql, values, index }: Condition): [day: string, status: string | null, events: number][] {
    const from = `events INDEXED BY ${index} WHERE 1${sql}`
    const rows = this.all(`SELECT day, status, count(*) FROM ${from} GROUP BY day, status ORDER BY 1, 2`, ...values)
    return rows as [string, string | null, number][]
  }

  close() {
    this.database.close()
  }

  private all(sql: string, ...values: SQLInputValue[]): unknown[] {
    let statement = this.statements.get(sql)
    if (!statement) {
      this.statements.set(sql, (statement = this.database.prepare(sql)))
      statement.setReturnArrays(true)
    }
    return statement.all(...values)
  }
}

function pageSql(columns: string, { sql, index }: Condition, order: Order, after: Position | undefined) {
  if (order === 'target') {
    const beyond = after && (after[0] === null ? 'target IS NOT NULL OR id > ?' : '(target, id) > (?, ?)')
    return `SELECT ${columns} FROM events INDEXED BY events_target WHERE ${beyond ?? 1} ORDER BY target, id LIMIT ?`
  }
  const beyond = after ? ' AND (time, id) < (?, ?)' : ''
  const rows = (names: string) =>
    `SELECT ${names} FROM events INDEXED BY ${index} WHERE 1${sql}${beyond} ORDER BY time DESC, id DESC LIMIT ?`
  if (index !== 'events_target') return rows(columns)
  // that index is not in the order of time: numbers are sorted, not events
  return `SELECT ${columns} FROM events WHERE number IN (${rows('number')}) ORDER BY time DESC, id DESC`
}

function known(after: Position | undefined): (string | null)[] {
  return after?.filter((each) => each !== null) ?? []
}

function columnsOf(event: Event): SQLInputValue[] {
  const { id, activityDateTime, jobId, changeId, initiatedBy, targetIdentity, statusInfo, modifiedProperties } = event
  let changed = '\n'
  for (const { displayName } of modifiedProperties) {
    if (displayName !== null) changed += changedProperty(displayName).slice(1)
  }
  const shape =
    (initiatedBy ? SHAPE.initiatedBy : 0) |
    (targetIdentity ? SHAPE.targetIdentity : 0) |
    (statusInfo ? SHAPE.statusInfo : 0) |
    (statusInfo?.['@odata.type'].startsWith('#') ? SHAPE.detailed : 0)
  return [
    id,
    instant(activityDateTime) as string,
    activityDateTime,
    activityDateTime.slice(0, 10),
    statusInfo?.status ?? null,
    jobId,
    changeId,
    targetIdentity?.displayName ?? null,
    initiatedBy?.displayName ?? null,
    shape,
    changed
  ]
}
