/**
 * Which files the service has open. While it runs, somebody may delete, rename or replace them, and SQLite does not
 * notice: it goes on writing into files that nobody finds again.
 */
import { realpathSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** The files of a database that are open, by their paths: each with its device and inode, which no other file has. */
export type OpenFiles = Record<string, string>

/** A database file, by its absolute path, and the files that must be in place when it is opened. */
export interface LogFile {
  file: string
  files: OpenFiles
}

// https://sqlite.org/rescode.html
const SQLITE_CANTOPEN = 14
const SQLITE_READONLY_DBMOVED = 1032

/** Notes which files belong to a database now. As long as a connection is open that has read, all of them are there. */
export function openFiles(path: string): OpenFiles {
  const real = realpathSync(path) // SQLite follows links, and has its log beside the file that it finds
  const found = [path, `${real}-wal`, `${real}-shm`].map((each) => [each, identityOf(each)] as const)
  return Object.fromEntries(found.filter((each): each is [string, string] => each[1] !== undefined))
}

/** @throws {Error} with the result code of SQLite if a file is not in its place any more, or that cannot be told */
export function expectInPlace(files: OpenFiles) {
  const missing = whatIsMissing(files)
  if (missing) throw Object.assign(new Error(missing), { errcode: SQLITE_READONLY_DBMOVED })
}

/** Tells which file is not in its place any more, in a sentence. */
export function whatIsMissing(files: OpenFiles): string | undefined {
  for (const [path, identity] of Object.entries(files)) {
    const found = identityOf(path)
    if (found !== identity)
      return `${path} ${found ? 'was replaced' : 'is gone'}: another file was opened when the service started.`
  }
  return undefined
}

/**
 * The URL by which SQLite opens a file.
 * @param mode whether the file is only read, written, or created, too
 * @param like the file whose permissions a new one gets (https://sqlite.org/uri.html); those of the process
 *   if undefined
 */
export function urlOf(path: string, mode: 'ro' | 'rw' | 'rwc', like?: string): URL {
  return new URL(`?mode=${mode}${like === undefined ? '' : `&modeof=${encodeURIComponent(like)}`}`, pathToFileURL(path))
}

/** The size of the write-ahead log of a database, in bytes. */
export function sizeOfLog(path: string): number {
  return statSync(`${realpathSync(path)}-wal`, { throwIfNoEntry: false })?.size ?? 0
}

/** Tells files apart; undefined if there is none. @throws {Error} with SQLite's result code if that cannot be told */
export function identityOf(path: string): string | undefined {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found && `${found.dev}:${found.ino}`
  } catch (error) {
    throw Object.assign(error as Error, { errcode: SQLITE_CANTOPEN })
  }
}
