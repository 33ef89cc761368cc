/**
 * Stores rows for requests that run at the same time in one transaction: one commit, and one wait for the disk, is for
 * all of them. Every request still learns of its own success only after the commit. A thread does so, as the process has
 * other work while the disk is waited for: it reads and checks what comes in next.
 */
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import workerpool from 'workerpool'
import { openFiles } from './files.ts'
import { RequestError } from '../../errors/errors.ts'
import type { Refusal, Work } from './group-commit-thread.ts'

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

export class GroupCommit {
  private readonly thread: workerpool.Pool
  private waiting: Waiting[] = []
  private writing: Promise<void> | undefined
  private isClosed = false

  /**
   * @param file the database file, absolute; its files have to stay in place from now on
   * @param lockTimeout how long the lock of another writer is waited for, in milliseconds
   * @param uniqueIds whether an id that another tenant has is refused: see unique-ids.ts
   */
  constructor(file: string, lockTimeout: number, uniqueIds = false) {
    this.thread = workerpool.pool(join(import.meta.dirname, 'group-commit-thread.ts'), {
      workerType: 'thread',
      maxWorkers: 1,
      workerThreadOpts: { workerData: { file, files: openFiles(file), lockTimeout, uniqueIds } }
    })
  }

  /**
   * Stores an entry.
   * @returns a promise that is fulfilled when the entry is on disk
   * @throws what SQLite says of a row that it refuses, while the entries of other requests are stored all the same; or
   *   {@link RequestError} after the group commit was closed
   */
  append(entry: Entry): Promise<void> {
    if (this.isClosed) return Promise.reject(new RequestError('serviceUnavailable', 'The service is shutting down.'))
    return new Promise((stored, refused) => {
      this.waiting.push({ entry, stored, refused })
      this.writing ??= this.write()
    })
  }

  /** Stores what is waiting, closes the database, and takes no more. */
  async close() {
    this.isClosed = true
    await this.writing
    if (this.thread.stats().totalWorkers) await this.thread.exec('close')
    await this.thread.terminate()
  }

  private async write() {
    await setImmediate() // by then all requests that have come in are waiting
    while (this.waiting.length) {
      const all = this.waiting.splice(0)
      try {
        const refusals = (await this.thread.exec('append', [workOf(all)])) as (Refusal | undefined)[]
        for (const [index, { stored, refused }] of all.entries()) {
          const refusal = refusals[index]
          if (refusal) refused(Object.assign(new Error(refusal.message), refusal))
          else stored()
        }
      } catch (error) {
        for (const { refused } of all) refused(error)
      }
    }
    this.writing = undefined // at once: those who have just learned of their success may go on with another entry
  }
}

/** Lays entries out for the thread: names are sent once, not with each row. */
function workOf(all: Waiting[]): Work {
  const tables: Table[] = []
  const entries = all.map(({ entry }) =>
    entry.map(([table, row]): [number, unknown[]] => {
      if (!tables.includes(table)) tables.push(table)
      return [tables.indexOf(table), table.columns.map((name) => (row as Record<string, unknown>)[name] ?? null)]
    })
  )
  return { tables, entries }
}
