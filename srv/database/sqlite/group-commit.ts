/**
 * Stores entries in one transaction, in a thread: the process has other work while the disk is waited for. It reads and
 * checks what comes in next.
 */
import { join } from 'node:path'
import { startThread } from '../background.ts'
import type { Table } from '../engine.ts'
import { entryQueue, type Waiting } from '../entry-queue.ts'
import { openFiles, type LogFile } from './files.ts'

export interface ThreadSettings extends LogFile {
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

export type GroupCommit = ReturnType<typeof startGroupCommit>

/**
 * Prepares the thread.
 * @param file the database file, absolute; its files must stay in place from now on
 * @param lockTimeout how long to wait for the lock of another writer, in milliseconds
 * @param uniqueIds whether an id that another tenant has is refused: see schema.ts
 */
export function startGroupCommit(file: string, lockTimeout: number, uniqueIds = false) {
  const settings: ThreadSettings = { file, files: openFiles(file), lockTimeout, uniqueIds }
  const thread = startThread(join(import.meta.dirname, 'group-commit-thread.ts'), settings)
  return entryQueue(async (all) => {
    const refusals = (await thread.run('append', workOf(all))) as (Refusal | undefined)[]
    for (const [index, { stored, refused }] of all.entries()) {
      const refusal = refusals[index]
      if (refusal) refused(Object.assign(new Error(refusal.message), refusal))
      else stored()
    }
  }, thread.close)
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
