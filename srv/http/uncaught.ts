/**
 * Errors that nobody caught, in a callback or in a promise that nobody awaits. They end the request that caused them,
 * not the process: one request must not stop an audit log.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import cds from '@sap/cds'
import type { RequestHandler, Response } from 'express'
import { requestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { requestIds } from '../errors/request-ids.ts'

const LOG = cds.log('provisioning')
const current = new AsyncLocalStorage<Response>()

/** Remembers the request for all code that runs on its behalf. */
export const followed: RequestHandler = (_req, res, next) => current.run(res, next)

/** Logs uncaught errors, and answers 500 to the requests that caused them. */
export function surviveUncaughtErrors() {
  process.on('uncaughtException', endRequest)
  process.on('unhandledRejection', endRequest)
}

function endRequest(cause: unknown) {
  const res = current.getStore()
  LOG.error('Uncaught error', res ? requestIds(res)['request-id'] : 'outside of requests', cause)
  if (res && !res.headersSent) refuse(res, requestError(cause))
}
