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

/** How long requests may be begun before others are let in, in milliseconds. */
const TOGETHER = 50

/**
 * How many turns of the event loop others are let in for, at most: in each, Node.js accepts a single connection. Where
 * they take long, new connections would otherwise wait for all requests of those that came before.
 */
const LETTING_IN = 100

/** Turns up to this length let others in as they are, in milliseconds. */
const SHORT = 2

/** When the first request was begun since others were let in. */
let begun: number | undefined
/** How many requests came in. */
let arrived = 0

/** Whether there is time to begin a request before others are let in. */
function isTime(): boolean {
  begun ??= startPeriod()
  return performance.now() - begun < TOGETHER
}

/** Begins a period, which ends when nothing comes in any longer. @returns its start */
function startPeriod(): number {
  const start = performance.now()
  void letIn(start).then(() => (begun = undefined))
  return start
}

async function letIn(start: number) {
  await setImmediate()
  if (performance.now() - start < SHORT) return
  let [turns, quiet] = [0, 0]
  // a connection is accepted in one turn, and its request received in the next
  while (quiet < 2 && turns < LETTING_IN) {
    const before = arrived
    await setImmediate()
    quiet = arrived === before ? quiet + 1 : 0
    if (performance.now() - start >= TOGETHER) turns++
  }
}

const takeTurn = turns(1, Infinity)

/**
 * Waits until others were let in, if the processor was in use for long. Tenants take turns, so that many long requests
 * of one do not come before those of others.
 * @throws the reason of the signal if it is aborted first
 */
export async function turnOf(tenant: string, signal: AbortSignal) {
  if (isTime()) return
  const end = await takeTurn(tenant, signal)
  while (!isTime()) await setImmediate()
  end()
}

/** Begins requests that come together in turns. */
export const giveWayToOthers: RequestHandler = (_req, res, next) => {
  arrived++
  if (isTime()) return next()
  const gone = new AbortController()
  const abort = () => gone.abort()
  res.once('close', abort)
  turnOf(tenantOf(res), gone.signal).then(
    () => {
      res.off('close', abort)
      next()
    },
    () => {} // the client has gone
  )
}
