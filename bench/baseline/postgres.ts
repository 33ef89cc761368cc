/** The log in PostgreSQL: the table and the indexes of SQLite, and a pool of connections with prepared statements. */
import { DatabaseError, Pool } from 'pg'
import type { Event } from './event.ts'
import type { Condition } from './filter.ts'
import { alreadyThere, columnsOf, type AnyStore, type Order, type Position, type Selected } from './store.ts'
import type { Refusal } from './http.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    id TEXT COLLATE "C" PRIMARY KEY, time TEXT COLLATE "C" NOT NULL, activityDateTime TEXT NOT NULL,
    day TEXT COLLATE "C" NOT NULL, status TEXT COLLATE "C", statusType TEXT NOT NULL, job TEXT COLLATE "C",
    change TEXT COLLATE "C", target TEXT COLLATE "C", initiator TEXT, changed TEXT NOT NULL, body TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS events_time ON events (time, id, day, status, target);
  CREATE INDEX IF NOT EXISTS events_status ON events (status, time, id);
  CREATE INDEX IF NOT EXISTS events_job ON events (job, time, id);
  CREATE INDEX IF NOT EXISTS events_change ON events (change, time, id);
  CREATE INDEX IF NOT EXISTS events_target ON events (target, id, time)`

const ROW = `(${Array.from({ length: 12 }, () => '?').join()})`
const CONNECTIONS = 16 // as many as the clients of the benchmark
const UNIQUE_VIOLATION = '23505'

export class PostgresStore implements AnyStore {
  private readonly pool: Pool
  private readonly statements = new Map<string, { name: string; text: string }>()

  private constructor(url: string) {
    this.pool = new Pool({ connectionString: url, max: CONNECTIONS, idleTimeoutMillis: 0 })
  }

  /** Connects to a database, and creates the table if there is none. */
  static async open(url: string) {
    const store = new PostgresStore(url)
    await store.pool.query(SCHEMA)
    return store
  }

  /** Stores events by one statement, which is a transaction. See Store. */
  async insert(events: [event: Event, json: string][], isAtomic = false): Promise<(Refusal | undefined)[]> {
    if (!events.length) return []
    const rows = events.map(() => ROW).join()
    const skipping = isAtomic ? '' : ' ON CONFLICT DO NOTHING'
    const values = events.flatMap(([event, json]) => [...columnsOf(event), json])
    const ids = events.map(([{ id }]) => id)
    try {
      const stored = await this.all(`INSERT INTO events VALUES ${rows}${skipping} RETURNING id`, ...values)
      const created = new Set(stored.flat())
      return ids.map((id) => (created.delete(id) ? undefined : alreadyThere()))
    } catch (error) {
      if (!isAtomic || !(error instanceof DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error
      const known = new Set((await this.all('SELECT id FROM events WHERE id = ANY(?)', ids)).flat())
      return ids.map((id, index) => (known.has(id) || ids.indexOf(id) < index ? alreadyThere() : undefined))
    }
  }

  async byKey(id: string) {
    const [row] = (await this.all('SELECT body FROM events WHERE id = ?', id)) as [body: string][]
    return row && Buffer.from(row[0])
  }

  async page({ sql, values }: Condition, order: Order, after: Position | undefined, limit: number) {
    const rows =
      order === 'target'
        ? this.all(
            `SELECT target, id, body FROM events WHERE ${after ? '(target, id) > (?, ?)' : 'true'} ORDER BY target, id LIMIT ?`,
            ...(after ?? []),
            limit
          )
        : this.newest('time, id, body', sql, values, after, limit)
    return ((await rows) as [...Position, string][]).map(([key, id, body]): [...Position, Uint8Array] => [
      key,
      id,
      Buffer.from(body)
    ])
  }

  async selected({ sql, values }: Condition, after: Position | undefined, limit: number) {
    const columns = 'time, id, activityDateTime, initiator, target, status, statusType'
    return (await this.newest(columns, sql, values, after, limit)) as Selected[]
  }

  async count({ sql, values }: Condition) {
    const [[count]] = (await this.all(`SELECT count(*)::integer FROM events WHERE true${sql}`, ...values)) as [[number]]
    return count
  }

  async daily({ sql, values }: Condition) {
    const grouped = `SELECT day, status, count(*)::integer FROM events WHERE true${sql} GROUP BY day, status ORDER BY 1, 2`
    return (await this.all(grouped, ...values)) as [day: string, status: string | null, events: number][]
  }

  private newest(columns: string, sql: string, values: string[], after: Position | undefined, limit: number) {
    const where = `WHERE true${sql}${after ? ' AND (time, id) < (?, ?)' : ''}`
    const text = `SELECT ${columns} FROM events ${where} ORDER BY time DESC, id DESC LIMIT ?`
    return this.all(text, ...values, ...(after ?? []), limit)
  }

  /** Runs a statement, which each connection prepares once, with the parameters and functions of SQLite. */
  private async all(sql: string, ...values: unknown[]): Promise<unknown[][]> {
    let statement = this.statements.get(sql)
    if (!statement) {
      let count = 0
      const text = sql.replaceAll('instr(', 'strpos(').replaceAll('?', () => `$${++count}`)
      this.statements.set(sql, (statement = { name: `statement ${this.statements.size}`, text }))
    }
    return (await this.pool.query<unknown[]>({ ...statement, values, rowMode: 'array' })).rows
  }
}
