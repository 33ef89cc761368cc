/** Seals in the background thread: see guard.ts. */
import type { Job } from '../database/background.ts'
import type { Log } from '../database/log.ts'
import { openLog } from '../database/open-log.ts'
import { sealSome } from './sealer.ts'

/** @param location of the log, as {@link openLog} takes it */
export default ({ location }: { location: string }): Job => {
  let log: Log | undefined
  return {
    seal: async () => sealSome((log ??= await openLog(location))),
    close: () => log?.close()
  }
}
