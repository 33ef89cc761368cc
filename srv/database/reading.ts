/** Queries of requests: somebody waits for them, until a deadline. */
import type { ServerResponse } from 'node:http'
import { RequestError } from '../errors/errors.ts'
import { settings } from '../settings/settings.ts'

/** Whom a query is for. */
export interface Reading {
  /** The tenant that takes its turn; empty where there is none. */
  tenant: string
  /** The answer that the query is for, if it is for one: when that is closed, its client has gone. */
  answer?: ServerResponse
  deadline: Deadline
  /** Called before a query runs; it throws if there is no room for its result. */
  expectRoom?: () => void
  /** What statements may ask of their context, such as the user. */
  session?: Record<string, unknown>
}

/** By when something has to be done. */
export interface Deadline {
  /** On the clock of `performance.now()`. */
  end: number
  /** What the client is told after that. */
  message: string
}

/** How many bytes the rows of a result may have together; a single row may have more. */
export const mostBytes = () => settings().requires.db.result_bytes

/** The deadline of the queries of a request that begins now. */
export function queryDeadline(): Deadline {
  const limit = settings().requires.db.query_timeout
  const message = `The query took longer than ${limit / 1000} seconds. A smaller part of the log may be found in time.`
  return { end: performance.now() + limit, message }
}

/**
 * Works for as long as somebody waits for the result.
 * @param work takes a signal that it is not wanted any more
 * @throws {RequestError} 503 if the time is over, or the client has gone
 */
export async function whileWanted<Result>(reading: Reading, work: (signal: AbortSignal) => Promise<Result>) {
  expectWanted(reading)
  const { answer, deadline } = reading
  const controller = new AbortController()
  const abort = () => controller.abort(unwanted(reading))
  const timer = setTimeout(abort, Math.ceil(deadline.end - performance.now()))
  answer?.once('close', abort)
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    answer?.off('close', abort)
  }
}

/**
 * Expects that a query may run now.
 * @throws {RequestError} 503 if nobody waits for it any more, or there is no room for its result
 */
export function expectRunnable(reading: Reading) {
  expectWanted(reading)
  reading.expectRoom?.()
}

/** @throws {RequestError} 503 if the time for an answer is over, or the client has gone */
export function expectWanted(wanted: Pick<Reading, 'answer' | 'deadline'>) {
  if (wanted.answer?.closed || performance.now() >= wanted.deadline.end) throw unwanted(wanted)
}

function unwanted({ answer, deadline }: Pick<Reading, 'answer' | 'deadline'>) {
  return new RequestError('serviceUnavailable', answer?.closed ? 'The client has gone.' : deadline.message)
}
