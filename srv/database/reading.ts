/** What requests that only read have in common: no transaction, a client that waits, and a time by which they end. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'
import { expectRoom } from '../http/answers.ts'
import { RequestError } from '../errors/errors.ts'
import type { Statement } from '../plans/statement.ts'

type Seen = (statement: Statement) => void

/** Whose queries are run. */
export interface Reading {
  /** The tenant whose share of the processes that read they take; empty where there is none. */
  tenant: string
  /** The answer that they are for: when it is closed, its client has gone. */
  answer: ServerResponse
  deadline: Deadline
}

/** By when something has to be done. */
export interface Deadline {
  /** On the clock of `performance.now()`. */
  end: number
  /** What the client is told after that. */
  message: string
}

const current = new AsyncLocalStorage<{ reading: Reading; seen: Seen }>()

/** Does what needs no transaction, as it only reads: its queries may be run by other processes. */
export function readOnly<Result>(reading: Reading, work: () => Result): Result {
  return current.run({ reading, seen: () => {} }, work)
}

/**
 * Does a part of {@link readOnly}.
 * @param seen is told of the statements that are run
 */
export function observed<Result>(seen: Seen, work: () => Result): Result {
  const store = current.getStore()
  return store ? current.run({ ...store, seen }, work) : work()
}

/** Whether the code that runs now is that of {@link readOnly}. */
export const isReadOnly = () => current.getStore() !== undefined

/** Tells {@link observed} of a statement. */
export const noteStatement: Seen = (statement) => current.getStore()?.seen(statement)

/**
 * Does what takes its time for as long as somebody waits for it.
 * @param work takes the tenant that it is for, and a signal that it is not wanted any more
 * @throws {RequestError} 503 if the time is over, or the client has gone
 */
export async function whileWanted<Result>(work: (tenant: string, signal: AbortSignal) => Promise<Result>) {
  const { reading } = current.getStore() as { reading: Reading }
  expectWanted(reading)
  const { answer, deadline, tenant } = reading
  const controller = new AbortController()
  const abort = () => controller.abort(unwanted(reading))
  const timer = setTimeout(abort, Math.ceil(deadline.end - performance.now()))
  answer.once('close', abort)
  try {
    return await work(tenant, controller.signal)
  } finally {
    clearTimeout(timer)
    answer.off('close', abort)
  }
}

/**
 * Expects that a query of {@link readOnly} may run now.
 * @throws {RequestError} 503 if nobody waits for it any more, or too many bytes of answers wait to be read
 */
export function expectRunnable() {
  const reading = current.getStore()?.reading
  if (!reading) return
  expectWanted(reading)
  expectRoom()
}

/** @throws {RequestError} 503 if the time for an answer is over, or the client has gone */
export function expectWanted(reading: Omit<Reading, 'tenant'>) {
  if (reading.answer.closed || performance.now() >= reading.deadline.end) throw unwanted(reading)
}

function unwanted({ answer, deadline }: Omit<Reading, 'tenant'>) {
  return new RequestError('serviceUnavailable', answer.closed ? 'The client has gone.' : deadline.message)
}
