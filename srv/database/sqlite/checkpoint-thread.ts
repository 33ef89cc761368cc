/** The thread that makes checkpoints: see checkpoints.ts. */
import { workerData } from 'node:worker_threads'
import workerpool from 'workerpool'
import { openConnection, type LogConnection } from './connection.ts'
import { sizeOfLog, whatIsMissing, type OpenFiles } from './files.ts'

/** After how long a checkpoint is due even though the log is small, and events come in all the time, in milliseconds. */
const INTERVAL = 30_000
/** How long writers are held up at most while readers finish, in milliseconds. */
const PATIENCE = 200

const { file, files, limit } = workerData as { file: string; files: OpenFiles; limit: number }
let database: LogConnection | undefined
let version: unknown
let last = -INTERVAL

workerpool.worker({ checkpoint, close })

/**
 * Makes a checkpoint if one is due: if nothing was written since the last call, if the log is large, or by time.
 * @param isPause whether nobody reads, so that the log can be begun anew
 */
function checkpoint(isPause: boolean) {
  const connection = (database ??= openConnection(file, { files, timeout: PATIENCE }))
  const row = (pragma: string) => connection.prepare(`PRAGMA ${pragma}`).get() as Record<string, number>
  const before = version
  version = row('data_version').data_version
  const isDue = version === before || sizeOfLog(file) > limit || performance.now() - last > INTERVAL
  const { [file]: own = '', ...beside } = files
  // nothing is written into a file that is not in its place
  if (!isDue || whatIsMissing({ [file]: own })) return
  last = performance.now()
  const { log, checkpointed } = row('wal_checkpoint(PASSIVE)') // holds up nobody, and leaves little for what does
  // of a log that is not in its place, all events are in the file now; others may use what is there in its place
  if (whatIsMissing(beside)) return
  if (isPause || log === checkpointed) row('wal_checkpoint(TRUNCATE)')
}

function close() {
  database?.close()
}
