/** The deadlines of requests: each has the time of a query, and the requests of a batch share that of the batch. */
import type { Request, Response } from 'express'
import { expectWanted, queryDeadline, type Deadline, type Reading } from '../../database/reading.ts'
import { expectRoom } from '../../http/answers.ts'

/** The deadlines of the batches under way. */
const batches = new WeakMap<Request, Deadline>()

/**
 * Starts the clock of a batch.
 * @param limit in milliseconds
 */
export function beginBatch(batch: Request, limit: number) {
  const message = `The batch took longer than ${limit / 1000} seconds. Smaller batches are answered in time.`
  batches.set(batch, { end: performance.now() + limit, message })
}

/**
 * Refuses a request of a batch whose time is up or whose client has gone.
 * @param outer the request that came over the wire
 * @throws {RequestError} 503
 */
export function expectTime(outer: Request) {
  const deadline = batches.get(outer)
  if (deadline) expectWanted({ answer: outer.res as Response, deadline })
}

/**
 * Starts the clock of a request that reads.
 * @param outer the request that came over the wire: itself, or its batch
 */
export function readingFor(outer: Request): Reading {
  const answer = outer.res as Response
  const own = queryDeadline()
  const batch = batches.get(outer)
  const deadline = batch && batch.end < own.end ? batch : own
  return { tenant: (answer.locals.tenant as string | undefined) ?? '', answer, deadline, expectRoom }
}
