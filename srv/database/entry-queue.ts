/**
 * Entries that wait to be stored together. Those of requests that run at the same time share one commit, and one wait
 * for the disk. Every request still learns of its own success only after the commit.
 */
import { setImmediate } from 'node:timers/promises'
import { RequestError } from '../errors/errors.ts'
import { debug, debugStatement } from './debug.ts'
import type { Entry } from './engine.ts'

/** An entry, and what tells its request how that ended. */
export interface Waiting {
  entry: Entry
  stored: () => void
  refused: (error: unknown) => void
}

/**
 * Makes a queue of entries.
 * @param store stores entries in as few commits as possible, and tells each request; if it fails, no entry is stored of
 *   those that it has not told
 * @param end is called when the queue is closed
 */
export function entryQueue(store: (all: Waiting[]) => Promise<void>, end: () => Promise<unknown>) {
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let isClosed = false

  async function write() {
    await setImmediate() // by then all requests that arrived are waiting
    while (waiting.length) {
      const all = waiting
      waiting = []
      const begin = performance.now()
      try {
        await store(all)
        show(all, performance.now() - begin)
      } catch (error) {
        for (const { refused } of all) refused(error)
      }
    }
    writing = undefined // at once: callers that have just succeeded may append another entry
  }

  return {
    /** Stores an entry. @returns as {@link Engine.append} says @throws {RequestError} after the queue was closed */
    append(entry: Entry): Promise<void> {
      if (isClosed) return Promise.reject(new RequestError('serviceUnavailable', 'The service is shutting down.'))
      return new Promise((stored, refused) => {
        waiting.push({ entry, stored, refused })
        writing ??= write()
      })
    },
    /** Stores what is waiting, and accepts no more. */
    async close() {
      isClosed = true
      await writing
      await end()
    }
  }
}

function show(all: Waiting[], ms: number) {
  const rows = all.flatMap(({ entry }) => entry)
  for (const [{ name }, row] of rows) debugStatement(`INSERT INTO ${name}`, row)
  debug(`Committed ${all.length} entries with ${rows.length} rows in ${ms.toFixed()} ms`)
}
