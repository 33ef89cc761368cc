/** Work of many small parts gives way to other requests between them: what never waits would keep all others waiting. */
import { setImmediate } from 'node:timers/promises'

/** How long such work may keep the processor, in milliseconds. */
const LONGEST = 10

/** What goes on next, one at a time: many that gave way together would otherwise go on together. */
let last: Promise<unknown> = Promise.resolve()

/** @returns a function to call before each part. It waits for others when the work has taken long since it last did so */
export function givingWay(): () => Promise<void> {
  let start = performance.now()
  return async () => {
    if (performance.now() - start < LONGEST) return
    await (last = last.then(() => setImmediate()))
    start = performance.now()
  }
}
