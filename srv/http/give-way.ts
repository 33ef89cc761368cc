/** What takes long on the processor gives way to others: what never waits would keep all of them waiting. */
import { setImmediate } from 'node:timers/promises'
import type { RequestHandler } from 'express'
import { turns } from '../database/turns.ts'
import { tenantOf } from './request-log.ts'

/** How long the parts of some work may keep the processor, in milliseconds. */
const LONGEST = 10

/** What goes on next, one at a time: many that gave way together would otherwise go on together. */
let last: Promise<unknown> = Promise.resolve()

/** Waits for a turn of the event loop that nothing else has waited for here. */
export const ownTurn = (): Promise<unknown> => (last = last.then(() => setImmediate()))

/** @returns a function to call before each part. It waits for others when the work has taken long since it last did so */
export function givingWay(): () => Promise<void> {
  let start = performance.now()
  return async () => {
    if (performance.now() - start < LONGEST) return
    await ownTurn()
    start = performance.now()
  }
}

/** How long requests may be begun one after the other before others can come in, in milliseconds. */
const TOGETHER = 50

/** When the first request of this turn of the event loop was begun. */
let begun: number | undefined

/** Whether there is time to begin a request in this turn. */
function isTime(): boolean {
  const now = performance.now()
  if (begun === undefined) {
    begun = now
    void setImmediate().then(() => (begun = undefined))
  }
  return now - begun < TOGETHER
}

const takeTurn = turns(1, Infinity)

/**
 * Begins requests that come together. Where they take long the rest waits for further turns of the event loop, in which
 * others come in. Tenants take turns, so that many long requests of one do not come before those of others.
 */
export const giveWayToOthers: RequestHandler = (_req, res, next) => {
  if (isTime()) return next()
  const gone = new AbortController()
  const abort = () => gone.abort()
  res.once('close', abort)
  takeTurn(tenantOf(res), gone.signal).then(
    async (end) => {
      res.off('close', abort)
      while (!isTime()) await setImmediate()
      next()
      end()
    },
    () => {} // the client has gone
  )
}
