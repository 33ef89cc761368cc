/** Who waits for a query, and how long. */
import type { ServerResponse } from 'node:http'
import { RequestError } from '../errors/errors.ts'
import { settings } from '../settings/settings.ts'
import type { turns } from './turns.ts'

/** The tenants whose rows a reader may see, besides what its queries say. */
export type Readable = 'all' | 'none' | { tenant: string }

/** The request that a query is for. */
export interface Reading {
  /** The tenant whose turn it takes; empty if there is none. */
  tenant: string
  readable: Readable
  /** The answer to the request. When it is closed, the client has gone. */
  answer?: ServerResponse
  deadline: Deadline
  /** Called before a query runs; it throws if there is no room for its result. */
  expectRoom?: () => void
  /** Waits for a turn of the processor to use a result. Until then, it keeps the place of its query. */
  turn?: (signal: AbortSignal) => Promise<void>
  /** The context that statements can refer to, such as the user. */
  session?: Record<string, unknown>
}

export interface Deadline {
  /** On the clock of `performance.now()`. */
  end: number
  /** The message for the client when it is over. */
  message: string
}

/** The most bytes of all rows of a result. A single row may have more. */
export const mostBytes = () => settings().requires.db.result_bytes

/** The deadline for the queries of a request that starts now. */
export function queryDeadline(): Deadline {
  const limit = settings().requires.db.query_timeout
  const message = `The query took longer than ${limit / 1000} seconds. A smaller part of the log may be found in time.`
  return { end: performance.now() + limit, message }
}

/** The deadline of a batch that starts now, and of all requests in it. @param limit in milliseconds */
export function batchDeadline(limit: number): Deadline {
  const message = `The batch took longer than ${limit / 1000} seconds. Smaller batches are answered in time.`
  return { end: performance.now() + limit, message }
}

/**
 * Runs a query of a request in a turn of its tenant, as long as somebody waits for the result.
 * @param run receives a signal that is aborted when nobody waits any longer
 * @throws {RequestError} as {@link expectWanted}, 503 if too many wait or there is no room for the result
 */
export async function runInTurn<Result>(
  takeTurn: ReturnType<typeof turns>,
  reading: Reading,
  run: (signal: AbortSignal) => Promise<Result>
) {
  expectWanted(reading)
  const { answer, deadline, tenant } = reading
  const controller = new AbortController()
  const { signal } = controller
  const abort = () => controller.abort(unwanted(reading))
  const timer = setTimeout(abort, Math.ceil(deadline.end - performance.now()))
  let endTurn: (() => void) | undefined
  answer?.once('close', abort)
  try {
    endTurn = await takeTurn(tenant, signal)
    expectRunnable(reading) // the turn may have come too late
    const result = await run(signal)
    await reading.turn?.(signal)
    return result
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    endTurn?.()
    clearTimeout(timer)
    answer?.off('close', abort)
  }
}

/** Checks that a query may run. @throws {RequestError} as {@link expectWanted}, 503 if there is no room for its result */
export function expectRunnable(reading: Reading) {
  expectWanted(reading)
  reading.expectRoom?.()
}

/** @throws {RequestError} 503 if the deadline has passed, 400 if the client has gone */
export function expectWanted(wanted: Pick<Reading, 'answer' | 'deadline'>) {
  if (wanted.answer?.closed || performance.now() >= wanted.deadline.end) throw unwanted(wanted)
}

/** @throws {RequestError} 400 if the client has gone: nobody gets it, and the log has no error of the service */
export function expectClient(answer: ServerResponse | undefined) {
  if (answer?.closed) throw clientGone()
}

const clientGone = () => new RequestError('badRequest', 'The client has gone.')

function unwanted({ answer, deadline }: Pick<Reading, 'answer' | 'deadline'>) {
  return answer?.closed ? clientGone() : new RequestError('serviceUnavailable', deadline.message)
}
