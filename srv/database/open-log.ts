/** Opens the log with the database engine that keeps it, without CAP. */
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
