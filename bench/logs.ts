/** The logs that targets have: a database file for each, filled with the same events. */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '../tools/generator/events.ts'
import { start, loadDirectly, type TargetName } from './targets.ts'
import { loadByBatches } from './writes.ts'

/** Up to so many events are posted; more are written into the file at once. */
const MOST_POSTED = 10_000

/**
 * Makes the log of a target, unless it is there from an earlier run.
 * @param folder where logs are
 * @param eventAt gives the event at a place in the log; those of a seed are always the same ones
 * @returns the database file
 */
export async function log(
  name: TargetName,
  folder: string,
  count: number,
  seed: number,
  eventAt: (index: number) => Event
): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}-${count}-${seed}.sqlite`)
  if (existsSync(file)) return file
  const begin = performance.now()
  const unfinished = `${file}.part`
  if (count > MOST_POSTED) await loadDirectly(name, unfinished, count, seed)
  else {
    const target = await start(name, unfinished)
    await loadByBatches(target, eventAt, count)
    await target.stop()
  }
  // what is left beside the file after it was closed is for readers of it only
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(unfinished + suffix)) renameSync(unfinished + suffix, file + suffix)
  }
  console.error(`${name}: ${count} events in ${((performance.now() - begin) / 1000).toFixed(1)} s`)
  return file
}
