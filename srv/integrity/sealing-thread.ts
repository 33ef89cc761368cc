/** Seals in the background thread: see guard.ts. */
import type { Job } from '../database/background.ts'
import { openLog } from '../database/open-log.ts'
import { sealSome } from './sealer.ts'

/** @param location of the log, as {@link openLog} takes it */
export default async ({ location }: { location: string }): Promise<Job> => {
  const log = await openLog(location)
  return { seal: () => sealSome(log), close: () => log.close() }
}
