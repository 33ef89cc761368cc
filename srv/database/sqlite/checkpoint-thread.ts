/** Makes checkpoints in the background thread: see checkpoints.ts. */
import type { Job } from '../background.ts'
import { openConnection, type LogConnection } from './connection.ts'
import { sizeOfLog, whatIsMissing, type OpenFiles } from './files.ts'

/** When a checkpoint is due even if the log is small and events keep arriving, in milliseconds. */
const INTERVAL = 30_000
/** How long writers wait at most for readers to finish, in milliseconds. */
const PATIENCE = 200

export interface Checkpointing {
  file: string
  files: OpenFiles
  /** The size of the write-ahead log from which a checkpoint is due, in bytes. */
  limit: number
}

export default ({ file, files, limit }: Checkpointing): Job => {
  let database: LogConnection | undefined
  let version: unknown
  let last = -INTERVAL

  /**
   * Makes a checkpoint if one is due: if nothing was written since the last call, if the log is large, or by time.
   * @param isPause whether nobody reads, so that the log can start over
   */
  function checkpoint(isPause: boolean) {
    const connection = (database ??= openConnection(file, { files, timeout: PATIENCE }))
    const row = (pragma: string) => connection.prepare(`PRAGMA ${pragma}`).get() as Record<string, number>
    const before = version
    version = row('data_version').data_version
    const isDue = version === before || sizeOfLog(file) > limit || performance.now() - last > INTERVAL
    const { [file]: own = '', ...beside } = files
    // never writes into a file that is not in its place
    if (!isDue || whatIsMissing({ [file]: own })) return
    last = performance.now()
    const { log, checkpointed } = row('wal_checkpoint(PASSIVE)') // blocks nobody, and leaves little to the other
    // if the log was replaced, all events are in the file now, and the new log may belong to others
    if (whatIsMissing(beside)) return
    if (isPause || log === checkpointed) row('wal_checkpoint(TRUNCATE)')
  }

  return { checkpoint, close: () => database?.close() }
}
