/** Opens and copies the log with the database engine that keeps it, without CAP. */
import type { Log, LogOptions } from './log.ts'

/**
 * Opens the log.
 * @param file the database file, absolute, which must be there
 * @throws {Error} if it cannot be opened
 */
export async function openLog(file: string, options?: LogOptions): Promise<Log> {
  const { openSqliteLog } = await import('./sqlite/log.ts')
  return openSqliteLog(file, options)
}

/**
 * Writes a consistent copy of the log, which is whole or not there at all.
 * @param source the database file, which other processes may be writing to
 * @param target the file of the copy, which must not exist
 * @returns the size of the copy in bytes
 * @throws {Error} if the target exists, or if the copy is damaged
 */
export async function copyLog(source: string, target: string): Promise<number> {
  const { copyDatabase } = await import('./sqlite/backup.ts')
  return copyDatabase(source, target)
}
