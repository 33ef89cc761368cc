/** When a request that failed is worth sending again. */
import { ServiceError, Unreachable } from './request.ts'

/** The waits between attempts, in milliseconds; the last one goes on. */
const WAITS = [1000, 2000, 4000, 8000]

/** How often a service that is busy is asked again: what takes it too long would keep it busy. */
const PATIENCE = 2

/**
 * Whether the same request is sent again without anybody asking for it.
 * @param attempt how many there were before
 */
export function isWorthRetrying(error: unknown, attempt: number): boolean {
  return error instanceof Unreachable || (error instanceof ServiceError && error.isPassing && attempt < PATIENCE)
}

/**
 * Calls after a while that grows with the attempts, or as soon as the network is back.
 * @param attempt how many there were before
 * @returns how to cancel it
 */
export function later(attempt: number, error: unknown, call: () => void): () => void {
  const asked = error instanceof ServiceError ? (error.retryAfter ?? 0) * 1000 : 0
  const wait = Math.max(asked, WAITS[Math.min(attempt, WAITS.length - 1)] as number)
  const timer = setTimeout(done, wait)
  addEventListener('online', done)
  function cancel() {
    clearTimeout(timer)
    removeEventListener('online', done)
  }
  function done() {
    cancel()
    call()
  }
  return cancel
}
