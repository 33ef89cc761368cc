/**
 * Stores rows for requests that run at the same time in one transaction: one commit, and one wait for the disk, is for
 * all of them. Every request still learns of its own success only after the commit.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import { openLog } from '../integrity/tables.ts'
import { failureOf, isLocked } from './failures.ts'

/** Rows that are stored all or none, each with the table that it goes into. */
export type Entry = [table: Table, row: object][]

/** A table, as far as rows are inserted into it. */
export interface Table {
  name: string
  columns: string[]
}

interface Waiting {
  entry: Entry
  stored: () => void
  refused: (error: unknown) => void
}

export class Journal {
  private readonly file: string
  private readonly lockTimeout: number
  private database: DatabaseSync | undefined
  private statements = new Map<string, StatementSync>()
  private waiting: Waiting[] = []
  private writing: Promise<void> | undefined

  /** @param lockTimeout how long the lock of another writer is waited for, in milliseconds */
  constructor(file: string, lockTimeout: number) {
    this.file = file
    this.lockTimeout = lockTimeout
  }

  /**
   * Stores an entry.
   * @returns a promise that is fulfilled when the entry is on disk
   * @throws what SQLite says of a row that it refuses; the entries of other requests are stored all the same
   */
  append(entry: Entry): Promise<void> {
    return new Promise((stored, refused) => {
      this.waiting.push({ entry, stored, refused })
      this.writing ??= this.write().finally(() => (this.writing = undefined))
    })
  }

  /** Stores what is waiting, and closes the database. */
  async close() {
    await this.writing
    this.reset()
  }

  private async write() {
    while (this.waiting.length) {
      await setImmediate() // by then all requests that have come in are waiting
      try {
        const database = await this.begun()
        this.commit(database, this.waiting.splice(0))
      } catch (error) {
        if (failureOf(error)?.isBroken) this.reset()
        for (const { refused } of this.waiting.splice(0)) refused(error)
      }
    }
  }

  /** Takes the write lock, waiting for it without holding up the process. */
  private async begun() {
    const end = performance.now() + this.lockTimeout
    for (;;) {
      const database = (this.database ??= openLog(this.file))
      try {
        database.exec('BEGIN IMMEDIATE')
        return database
      } catch (error) {
        if (!isLocked(error) || performance.now() >= end) throw error
        await delay(1 + Math.random())
      }
    }
  }

  private commit(database: DatabaseSync, all: Waiting[]) {
    const kept: Waiting[] = []
    try {
      for (const each of all) {
        const error = this.insert(database, each.entry)
        if (error === undefined) kept.push(each)
        else each.refused(error)
      }
      database.exec('COMMIT')
    } catch (error) {
      // SQLite has rolled back itself after some failures, such as that of a full disk
      if (database.isTransaction) database.exec('ROLLBACK')
      this.waiting.unshift(...all) // those that were refused already do not mind
      throw error
    }
    for (const { stored } of kept) stored()
  }

  /** @returns the reason why the entry cannot be stored, if there is one; failures of the database are thrown */
  private insert(database: DatabaseSync, entry: Entry): unknown {
    database.exec('SAVEPOINT entry')
    try {
      for (const [table, row] of entry)
        this.statement(database, table).run(
          ...table.columns.map((name) => (row as Record<string, SQLInputValue>)[name] ?? null)
        )
    } catch (error) {
      if (failureOf(error) || !database.isTransaction) throw error
      database.exec('ROLLBACK TO entry; RELEASE entry')
      return error
    }
    database.exec('RELEASE entry')
    return undefined
  }

  private statement(database: DatabaseSync, { name, columns }: Table) {
    let statement = this.statements.get(name)
    if (!statement) {
      const sql = `INSERT INTO ${name} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`
      this.statements.set(name, (statement = database.prepare(sql)))
    }
    return statement
  }

  private reset() {
    this.database?.close()
    this.database = undefined
    this.statements.clear()
  }
}
