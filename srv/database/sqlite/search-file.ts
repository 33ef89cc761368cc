/**
 * The search index: a file beside the database file, from which searches learn which events may have what they look
 * for. It is derived from the events, and is made again when it is missing, damaged, or of another log.
 *
 * For each tenant it has a row for each block of neighbouring events, with the trigrams of all texts of those that are
 * of the tenant, in lower case. A row for each event would take twice the space, and more time, as there are more rows
 * with a trigram.
 *
 * It also knows when the events of each chunk of blocks happened, so that a search within a range of time looks at no
 * others, and all values of some columns: see search-values.ts.
 */
import { hash } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Searched } from '../engine.ts'
import { identityOf, urlOf } from './files.ts'
import { EVENTS, TOKEN_SECRET } from '../tables.ts'
import { SCHEMA as TENANTS } from './search-tenants.ts'

/** How many events share a row of the index: those of block `n` have the rowids from `n * BLOCK` on. */
export const BLOCK = 8

/** Changes when the index is made differently. */
const VERSION = 6

/** How many neighbouring blocks share a row that says from when to when their events happened. */
export const CHUNK = 64

/** How many blocks back an event is looked for that is still there: retention may have removed those of the last. */
const ANCHORS = 8

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  ${TENANTS}
  CREATE TABLE IF NOT EXISTS state (number INTEGER PRIMARY KEY, log TEXT NOT NULL, form TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, removed INTEGER NOT NULL, swept INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS anchors (place INTEGER PRIMARY KEY, id TEXT NOT NULL, tenant TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS times (tenant INTEGER, chunk INTEGER, first TEXT NOT NULL, last TEXT NOT NULL,
    PRIMARY KEY (tenant, chunk)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS frequent (tenant INTEGER, trigram TEXT, part REAL NOT NULL,
    PRIMARY KEY (tenant, trigram)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS known_values (number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, name TEXT NOT NULL,
    value TEXT NOT NULL, UNIQUE (tenant, name, value));`

export interface SearchIndex {
  path: string
  columns: Searched
  /** The column of events with their instant. */
  instant: string
}

/** What an index says of itself. */
export interface State {
  /** The log that it belongs to. */
  log: string
  /** What was indexed, and how. */
  form: string
  /** The rowid of the first event that was indexed. */
  first: number
  /** The rowid up to which events are indexed, the last one of a block. */
  last: number
  /** How many events had been removed when values that are gone were last looked for, and up to which value that was done. */
  removed: number
  swept: number
}

/** Where the index of a database is. SQLite follows links, too. */
export const indexFileOf = (file: string) => realpathSync(file) + SUFFIX
const SUFFIX = '-search'

/** How long a search waits while the file is locked, as when the service that fills it stops, in milliseconds. */
const PATIENCE = 50

/** Opens the index, and creates it if there is none. @throws SQLite's error */
export const openIndex = (path: string) => opened(path, 'rwc', SCHEMA)

/** Opens the index to read it. @throws SQLite's error */
export const readIndex = (path: string) => opened(path, 'ro', 'SELECT number FROM state')

/** Keeps its statements, which are few for each tenant: to prepare those of a search takes as long as to run them. */
class Reading extends DatabaseSync {
  private readonly statements = new Map<string, StatementSync>()

  override prepare(sql: string): StatementSync {
    const known = this.statements.get(sql) ?? super.prepare(sql)
    this.statements.set(sql, known)
    return known
  }
}

function opened(path: string, mode: 'ro' | 'rwc', begin: string) {
  const isRead = mode === 'ro'
  const index = new (isRead ? Reading : DatabaseSync)(urlOf(path, mode, path.slice(0, -SUFFIX.length)), {
    readOnly: isRead,
    timeout: isRead ? PATIENCE : 0
  })
  try {
    index.exec(begin)
    return index
  } catch (error) {
    index.close()
    throw error
  }
}

/** The index, which a function opens when it is first needed, and again when the file is another one. */
export function reopened(path: string, open: (path: string) => DatabaseSync) {
  let index: DatabaseSync | undefined
  let identity: string | undefined
  const close = () => {
    if (index?.isOpen) index.close()
    index = undefined
  }
  return {
    /** @throws SQLite's error */
    open: () => {
      const found = identityOf(path)
      if (found !== identity) close()
      identity = found
      if (!index) {
        index = open(path)
        identity = identityOf(path) // it may be new
      }
      return index
    },
    close,
    /** Removes the file, unless it is another one by now: it is made again. */
    remove: () => {
      close()
      if (identityOf(path) !== identity) return
      for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true })
    }
  }
}

/** What an index must say of itself to be one of these columns. */
export const formOf = (columns: Searched) => `${VERSION} ${JSON.stringify(columns)}`

export const stateOf = (index: DatabaseSync) =>
  index.prepare('SELECT log, form, first, last, removed, swept FROM state WHERE number = 1').get() as State | undefined

/** Names a log; no other has the same secret. */
export function nameOf(log: DatabaseSync): string {
  const row = log.prepare(TOKEN_SECRET).get()
  return hash('sha256', String(row?.secret), 'base64url')
}

/** The rowid of the last event; 0 if there is none. */
export const lastOf = (log: DatabaseSync) => Number(log.prepare(`SELECT max(rowid) AS last FROM ${EVENTS}`).get()?.last)

/**
 * Tells whether an index is of a log, of which both are read in a transaction.
 *
 * Rowids grow with the log, and only retention removes events, but never the last one. So if there are events after
 * those that are indexed, and the last one of those is in its place, no other event has come to an indexed place.
 */
export function isOf(log: DatabaseSync, index: DatabaseSync, state: State, form: string): boolean {
  if (state.log !== nameOf(log) || state.form !== form || state.last > lastOf(log)) return false
  const eventAt = log.prepare(`SELECT id, tenant FROM ${EVENTS} WHERE rowid = ?`)
  const anchors = index.prepare(`SELECT place, id, tenant FROM anchors ORDER BY place DESC LIMIT ${ANCHORS}`)
  for (const { place, id, tenant } of anchors.all()) {
    const event = eventAt.get(place as number)
    if (event) return event.id === id && event.tenant === tenant
  }
  return false
}
