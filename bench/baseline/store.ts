/** The log in SQLite: a table of what is searched, and each event as answers show it. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { instant, type Event } from './event.ts'
import { changedProperty, type Condition } from './filter.ts'
import { Refusal } from './http.ts'

/** A row by its sort key (the time, or the name of the target) and its id. */
export type Position = [sortKey: string, id: string]

/** The order of a page: newest first, or by the name of the target. */
export type Order = 'time' | 'target'

/** What `$select` shows of an event, after the position of its row. */
export type Selected = [
  ...Position,
  activityDateTime: string,
  initiator: string | null,
  target: string | null,
  status: string | null,
  statusType: string
]

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, time TEXT NOT NULL, activityDateTime TEXT NOT NULL,
    day TEXT NOT NULL, status TEXT, statusType TEXT NOT NULL, job TEXT, change TEXT, target TEXT, initiator TEXT,
    changed TEXT NOT NULL, body BLOB NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS events_id ON events (id);
  CREATE INDEX IF NOT EXISTS events_time ON events (time, id, day, status, target);
  CREATE INDEX IF NOT EXISTS events_status ON events (status, time, id);
  CREATE INDEX IF NOT EXISTS events_job ON events (job, time, id);
  CREATE INDEX IF NOT EXISTS events_change ON events (change, time, id);
  CREATE INDEX IF NOT EXISTS events_target ON events (target, id, time)`

const SQLITE_CONSTRAINT_UNIQUE = 2067

/** A log that answers at once or later. */
export type AnyStore = {
  [Name in keyof Store]: (
    ...given: Parameters<Store[Name]>
  ) => ReturnType<Store[Name]> | Promise<ReturnType<Store[Name]>>
}

export class Store {
  private readonly database: DatabaseSync
  private readonly statements = new Map<string, StatementSync>()
  private readonly insertion: StatementSync

  /** @param file the database file, which is created if there is none */
  constructor(file: string) {
    this.database = new DatabaseSync(file)
    this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    // maps 1 GB of the file, and checkpoints every 40 MB instead of every 4
    this.database.exec('PRAGMA mmap_size = 1073741824; PRAGMA wal_autocheckpoint = 10000')
    this.database.exec(SCHEMA)
    this.insertion = this.database.prepare(`INSERT INTO events VALUES (NULL${', ?'.repeat(12)})`)
  }

  /**
   * Stores events in one transaction. They are on disk when this returns.
   * @param events each with its JSON
   * @param isAtomic whether none is stored if one is refused
   * @returns for each event undefined, or why it was refused
   */
  insert(events: [event: Event, json: string][], isAtomic = false): (Refusal | undefined)[] {
    this.database.exec('BEGIN IMMEDIATE')
    try {
      const refusals = events.map(([event, json]) => this.insertOne(event, json))
      this.database.exec(isAtomic && refusals.some(Boolean) ? 'ROLLBACK' : 'COMMIT')
      return refusals
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      throw error
    }
  }

  private insertOne(event: Event, json: string): Refusal | undefined {
    try {
      this.insertion.run(...columnsOf(event), Buffer.from(json))
      return undefined
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== SQLITE_CONSTRAINT_UNIQUE) throw error
      return alreadyThere()
    }
  }

  /** The JSON of the event with an id, if there is one. */
  byKey(id: string): Uint8Array | undefined {
    const [row] = this.all('SELECT body FROM events WHERE id = ?', id) as [body: Uint8Array][]
    return row?.[0]
  }

  /**
   * Reads a page of events as JSON.
   * @param after the position of the last row of the previous page
   */
  page(where: Condition, order: Order, after: Position | undefined, limit: number) {
    const sql = pageSql(`${order}, id, body`, where, order, after)
    return this.all(sql, ...where.values, ...(after ?? []), limit) as [...Position, body: Uint8Array][]
  }

  /** Reads a page of `$select`, newest first. */
  selected(where: Condition, after: Position | undefined, limit: number): Selected[] {
    const sql = pageSql('time, id, activityDateTime, initiator, target, status, statusType', where, 'time', after)
    return this.all(sql, ...where.values, ...(after ?? []), limit) as Selected[]
  }

  /** Counts events. Row numbers have no gaps, as events are never deleted. */
  count({ sql, values, index }: Condition): number {
    const from = sql ? `count(*) FROM events INDEXED BY ${index} WHERE 1${sql}` : 'max(number) FROM events'
    const [[count]] = this.all(`SELECT ${from}`, ...values) as [[number | null]]
    return count ?? 0
  }

  /** Counts the events of each day and status. */
  daily({ sql, values, index }: Condition): [day: string, status: string | null, events: number][] {
    const from = `events INDEXED BY ${index} WHERE 1${sql}`
    const rows = this.all(`SELECT day, status, count(*) FROM ${from} GROUP BY day, status ORDER BY 1, 2`, ...values)
    return rows as [string, string | null, number][]
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
    const beyond = after ? '(target, id) > (?, ?)' : '1'
    return `SELECT ${columns} FROM events INDEXED BY events_target WHERE ${beyond} ORDER BY target, id LIMIT ?`
  }
  const beyond = after ? ' AND (time, id) < (?, ?)' : ''
  const rows = (names: string) =>
    `SELECT ${names} FROM events INDEXED BY ${index} WHERE 1${sql}${beyond} ORDER BY time DESC, id DESC LIMIT ?`
  if (index !== 'events_target') return rows(columns)
  // that index is not in the order of time: sort row numbers, not events
  return `SELECT ${columns} FROM events WHERE number IN (${rows('number')}) ORDER BY time DESC, id DESC`
}

/** The refusal of an event whose id is taken. */
export function alreadyThere() {
  return new Refusal(409, 'resourceExists', 'An event with this id exists already.')
}

/** The values of all columns of an event but `number` and `body`. */
export function columnsOf(event: Event): (string | null)[] {
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
