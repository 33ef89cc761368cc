/** A log that becomes the copy of another one. What is copied stays, so a copy that was interrupted can go on. */
import type { Arrival, PurgeRecord, Seal } from './log.ts'

export interface Copy {
  /** The last arrival that was copied, or 0 if there is none. */
  lastArrival: () => Promise<number>
  /**
   * Adds arrivals with their events, all or none.
   * @param after the last arrival so far
   * @throws {Error} if others add to the copy, or if an event cannot be stored
   */
  addArrivals: (after: number, arrivals: Arrival[]) => Promise<void>
  /** Adds the seals that are not there. */
  addSeals: (seals: Seal[]) => Promise<void>
  /** Adds the records of removals that are not there. */
  addPurges: (purges: PurgeRecord[]) => Promise<void>
  /** Takes the secret of the tokens of links, so that links of the other log go on. */
  useSecret: (secret: string) => Promise<void>
  close: () => Promise<void>
}
