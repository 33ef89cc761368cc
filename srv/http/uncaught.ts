/**
 * Errors that nobody caught: of a callback, or of a promise that nobody waits for. They end the request that they came
 * of, not the process: an audit log that anybody can stop with one request is none.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import cds from '@sap/cds'
import type { RequestHandler, Response } from 'express'
import { requestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { requestIds } from '../errors/request-ids.ts'

const LOG = cds.log('provisioning')
const current = new AsyncLocalStorage<Response>()

/** Notes which request it is that the code after it runs for. */
export const followed: RequestHandler = (_req, res, next) => current.run(res, next)

/** Logs uncaught errors, and answers 500 to the requests that they came of. */
export function surviveUncaughtErrors() {
  process.on('uncaughtException', endRequest)
  process.on('unhandledRejection', endRequest)
}

function endRequest(cause: unknown) {
  const res = current.getStore()
  LOG.error('Uncaught error', res ? requestIds(res)['request-id'] : 'outside of requests', cause)
  if (res && !res.headersSent) refuse(res, requestError(cause))
}
