/** Opens the log without CAP: for commands and threads. */
import { isOnServer } from '../settings/database-url.ts'
import type { Log, LogOptions, OpenLog } from './log.ts'

/**
 * Opens the log. Only this file names the engines, and `requires.db.impl` in .cdsrc.json.
 * @param location the database file, absolute, or the URL of a database on a server
 * @throws {Error} if there is no such file, no log in it, or it cannot be opened
 */
export async function openLog(location: string, options?: LogOptions): Promise<Log & AsyncDisposable> {
  const engine: { openLog: OpenLog } = await (isOnServer(location)
    ? import('./postgres/log.ts')
    : import('./sqlite/log.ts'))
  const log = await engine.openLog(location, options)
  return Object.assign(log, { [Symbol.asyncDispose]: log.close })
}
