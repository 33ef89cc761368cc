/**
 * Stores rows for requests that run at the same time in one transaction: one commit, and one wait for the disk, is for
 * all of them. Every request still learns of its own success only after the commit. A thread does so, as the process
 * has other work while the disk is waited for: it reads and checks what comes in next.
 */
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { openFiles, type OpenFiles } from './files.ts'
import { RequestError } from '../../errors/errors.ts'
import { debug, debugStatement } from '../debug.ts'
import type { Entry, Table } from '../engine.ts'
import { startThread } from '../background.ts'

/** The parameters of the thread: see {@link startGroupCommit}. */
export interface ThreadSettings {
  file: string
  files: OpenFiles
  lockTimeout: number
  uniqueIds: boolean
}

/** Entries for the thread: rows, each with the index of its table and the values of its columns. */
export interface Work {
  tables: Table[]
  entries: [table: number, values: unknown[]][][]
}

/** Why an entry was not stored, in SQLite's words. */
export interface Refusal {
  message: string
  errcode: number
  /** Which row of the entry was refused. */
  row: number
}

interface Waiting {
  entry: Entry
  stored: () => void
  refused: (error: unknown) => void
}

export type GroupCommit = ReturnType<typeof startGroupCommit>

/**
 * Prepares the thread.
 * @param file the database file, absolute; its files must stay in place from now on
 * @param lockTimeout how long to wait for the lock of another writer, in milliseconds
 * @param uniqueIds whether an id that another tenant has is refused: see schema-objects.ts
 */
export function startGroupCommit(file: string, lockTimeout: number, uniqueIds = false) {
  const settings: ThreadSettings = { file, files: openFiles(file), lockTimeout, uniqueIds }
  const thread = startThread(join(import.meta.dirname, 'group-commit-thread.ts'), settings)
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let isClosed = false

  async function write() {
    await setImmediate() // by then all requests that arrived are waiting
    while (waiting.length) {
      const all = waiting
      waiting = []
      try {
        const begin = performance.now()
        const refusals = (await thread.run('append', workOf(all))) as (Refusal | undefined)[]
        show(all, performance.now() - begin)
        for (const [index, { stored, refused }] of all.entries()) {
          const refusal = refusals[index]
          if (refusal) refused(Object.assign(new Error(refusal.message), refusal))
          else stored()
        }
      } catch (error) {
        for (const { refused } of all) refused(error)
      }
    }
    writing = undefined // at once: callers that have just succeeded may append another entry
  }

  return {
    /**
     * Stores an entry.
     * @returns a promise that is fulfilled when the entry is on disk
     * @throws SQLite's error for a row that it refuses, while other entries are stored all the same; {@link RequestError}
     *   after the group commit was closed
     */
    append(entry: Entry): Promise<void> {
      if (isClosed) return Promise.reject(new RequestError('serviceUnavailable', 'The service is shutting down.'))
      return new Promise((stored, refused) => {
        waiting.push({ entry, stored, refused })
        writing ??= write()
      })
    },
    /** Stores what is waiting, closes the database, and accepts no more. */
    async close() {
      isClosed = true
      await writing
      await thread.close()
    }
  }
}

function show(all: Waiting[], ms: number) {
  const rows = all.flatMap(({ entry }) => entry)
  for (const [{ name }, row] of rows) debugStatement(`INSERT INTO ${name}`, row)
  debug(`Committed ${all.length} entries with ${rows.length} rows in ${ms.toFixed()} ms`)
}

/** Packs entries for the thread: column names are sent once, not with each row. */
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
