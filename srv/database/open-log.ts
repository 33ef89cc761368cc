/** Opens the log with the database engine that keeps it, without CAP. */
import type { Copy } from './copy.ts'
import type { Log, LogOptions } from './log.ts'

/** Whether the log is in a database on a server. */
export const isOnServer = (location: string) => /^postgres(ql)?:/.test(location)

/** Where the log is, without a password. */
export function nameOf(location: string): string {
  if (!isOnServer(location)) return location
  const { host, pathname } = new URL(location)
  return `${host}${pathname}`
}

/**
 * Opens the log.
 * @param location the database file, absolute, which must be there, or the URL of a database on a server
 * @throws {Error} if it cannot be opened
 */
export async function openLog(location: string, options?: LogOptions): Promise<Log> {
  if (isOnServer(location)) {
    const { openPostgresLog } = await import('./postgres/log.ts')
    return openPostgresLog(location)
  }
  const { openSqliteLog } = await import('./sqlite/log.ts')
  return openSqliteLog(location, options)
}

/**
 * Opens a log to copy another one into it.
 * @param url a database on a server that has the schema of the service, for the owner of its tables
 * @throws {Error} if it cannot be opened
 */
export async function openCopy(url: string): Promise<Copy> {
  const { openPostgresCopy } = await import('./postgres/copy.ts')
  return openPostgresCopy(url)
}
