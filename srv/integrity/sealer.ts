/** Seals events: see db/seals.cds. Several processes may do so in one log. */
import type { Job } from '../database/background.ts'
import type { SealStore } from '../database/log.ts'
import { openLog } from '../database/open-log.ts'
import { nextSeal, sealable } from './chain.ts'

/** The most events sealed in one transaction, which blocks other writers for a moment. */
const BATCH = 200

/** Seals in the background thread: see guard.ts. @param location of the log, as {@link openLog} takes it */
export default async ({ location }: { location: string }): Promise<Job> => {
  const log = await openLog(location)
  return { seal: () => sealSome(log), close: () => log.close() }
}

/** Seals everything that has come in. */
export async function sealAll(log: SealStore) {
  while (await sealSome(log));
}

/** Seals what one transaction takes. @returns whether there may be more to seal */
async function sealSome(log: SealStore): Promise<boolean> {
  return (await log.alone(() => seal(log, BATCH))) === BATCH
}

/** Seals events that came in after the last sealed one, with one seal for each tenant. @returns how many were sealed */
export async function seal(log: SealStore, limit: number): Promise<number> {
  const last = await log.lastSealed()
  const arrivals = await Array.fromAsync(log.eventsAfter(last, limit), sealable)
  const events = arrivals.filter((event) => event !== undefined)
  if (!events.length) return 0
  const byTenant = Map.groupBy(events, ({ tenant }) => tenant)
  const previous = new Map((await log.lastSeals([...byTenant.keys()])).map((each) => [each.tenant, each]))
  const now = new Date()
  const seals = [...byTenant].map(([tenant, ofTenant]) => nextSeal(tenant, ofTenant, previous.get(tenant), now))
  const isAdded = await log.addSeals(last, seals)
  return isAdded ? events.length : seal(log, limit) // another instance has sealed meanwhile
}
