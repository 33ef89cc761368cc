/** The deadlines of requests: each has the time of a query, and the requests of a batch share that of the batch. */
import type { Request, Response } from 'express'
import { queryDeadline, type Deadline, type Readable, type Reading } from '../../database/reading.ts'
import { expectRoom } from '../../http/answers.ts'

/** The deadline of a batch that begins now. @param limit in milliseconds */
export function batchDeadline(limit: number): Deadline {
  const message = `The batch took longer than ${limit / 1000} seconds. Smaller batches are answered in time.`
  return { end: performance.now() + limit, message }
}

/** Starts the clock of a request that reads. @param outer the request that came over the wire: itself, or its batch */
export function readingFor(outer: Request, readable: Readable, batch: Deadline | undefined): Reading {
  const answer = outer.res as Response
  const own = queryDeadline()
  const deadline = batch && batch.end < own.end ? batch : own
  return { tenant: (answer.locals.tenant as string | undefined) ?? '', readable, answer, deadline, expectRoom }
}

/** Starts the clock again, for an answer of many pages: each has the time of a request. */
export function restartClock(reading: Reading) {
  reading.deadline = queryDeadline()
}
