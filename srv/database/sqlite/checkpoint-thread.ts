/** Makes checkpoints in the background thread: see checkpoints.ts. */
import type { Job } from '../background.ts'
import { openConnection } from './connection.ts'
import { sizeOfLog, whatIsMissing, type LogFile } from './files.ts'

/** When a checkpoint is due even if the log is small and events keep arriving, in milliseconds. */
const INTERVAL = 30_000
/** After how long without writes the space of the log is given back, in milliseconds. */
const QUIET = 5000
/** How long writers wait at most for readers to finish, in milliseconds. */
const PATIENCE = 200
/** What the log has besides each page, in bytes: https://sqlite.org/fileformat.html#walformat. */
const FRAME_HEADER = 24

type Found = Record<'data_version' | 'page_size' | 'log' | 'checkpointed' | 'busy', number>

export interface Checkpointing extends LogFile {
  /** The size of the write-ahead log from which a checkpoint is due, in bytes. */
  limit: number
}

export default ({ file, files, limit }: Checkpointing): Job => {
  const database = openConnection(file, { files, timeout: PATIENCE })
  const row = (pragma: string) => database.prepare(`PRAGMA ${pragma}`).get() as Found
  let version: unknown
  let last = -INTERVAL
  let written = performance.now()

  /**
   * Makes a checkpoint if one is due: if nothing was written since the last call, if the log is large, or by time.
   * @param isPause whether nobody reads, so that the log can start over
   * @returns whether the log is large and does not start over
   */
  function checkpoint(isPause: boolean): boolean {
    const before = version
    version = row('data_version').data_version
    if (version !== before) written = performance.now()
    const isDue = version === before || sizeOfLog(file) > limit || performance.now() - last > INTERVAL
    const { [file]: own = '', ...beside } = files
    // never writes into a file that is not in its place
    if (!isDue || whatIsMissing({ [file]: own })) return false
    last = performance.now()
    const { log, checkpointed } = row('wal_checkpoint(PASSIVE)') // blocks nobody, and leaves little to the other
    // if the log was replaced, all events are in the file now, and the new log may belong to others
    if (whatIsMissing(beside)) return false
    const isLarge = log * (row('page_size').page_size + FRAME_HEADER) > limit
    if (!isPause && log !== checkpointed) return isLarge
    const isQuiet = performance.now() - written > QUIET
    // who writes next starts the log over, if nobody reads: to write over its file takes less than to have it grow again
    if (!isQuiet && !isLarge) return false
    const { busy } = row(`wal_checkpoint(${isQuiet ? 'TRUNCATE' : 'RESTART'})`)
    return isLarge && busy === 1
  }

  return { checkpoint, close: () => database.close() }
}
