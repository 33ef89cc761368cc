/** Counts the requests that are under way, and lets them finish when the service is told to stop. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { RequestHandler, Response } from 'express'
import { RequestError } from '../errors/errors.ts'
import { refuse, RETRY_AFTER } from '../errors/refuse.ts'
import { settings } from '../settings/settings.ts'
import { tenantOf } from './request-log.ts'
import { Shares } from './shares.ts'

/** Requests with their tenants, which are empty until they are known. */
const underWay = new Map<Response, string>()
const ofTenants = new Shares()
let drained: Promise<void> | undefined

/** Admits a request unless the service is stopping or has too many. */
export const admit: RequestHandler = (_req, res, next) => {
  if (drained) {
    res.set('Connection', 'close')
    return refuse(res, new RequestError('serviceUnavailable', 'The service is shutting down.'))
  }
  if (underWay.size >= settings().server.max_requests)
    return refuse(res, new RequestError('serviceUnavailable', 'The service has more requests than it can take.'))
  underWay.set(res, '')
  res.on('close', () => {
    const tenant = underWay.get(res)
    if (tenant) ofTenants.add(tenant, -1)
    underWay.delete(res)
  })
  next()
}

/** Admits a request of a tenant, once that is known, unless the tenant has too many. */
export const admitTenant: RequestHandler = (_req, res, next) => {
  const tenant = tenantOf(res)
  if (!ofTenants.hasRoom(tenant, 1, settings().server.max_requests)) {
    res.set('Retry-After', String(RETRY_AFTER.serviceUnavailable)) // most requests take far less time than downloads
    return refuse(res, new RequestError('tooManyRequests', 'The tenant has more requests under way than it may have.'))
  }
  if (tenant && underWay.has(res)) {
    ofTenants.add(tenant, 1)
    underWay.set(res, tenant)
  }
  next()
}

export const isDraining = () => drained !== undefined

/** Admits no more requests, and waits for those under way, at most for the time limit. */
export function drain(): Promise<void> {
  return (drained ??= finish())
}

async function finish() {
  const waiting = new AbortController()
  const { signal } = waiting
  const ended = Promise.all([...underWay.keys()].map((res) => once(res, 'close', { signal })))
  await Promise.race([ended, delay(settings().server.drain_timeout, undefined, { signal })])
  waiting.abort()
  for (const res of underWay.keys()) res.destroy()
}
