/** One line of JSON for each request. It contains nothing that a client may want to keep secret. */
import cds from '@sap/cds'
import type { RequestHandler, Response } from 'express'
import { requestIds } from '../errors/request-ids.ts'
import { settings } from '../settings/settings.ts'
import { jsonLine } from './log-format.ts'

/** Lines are written together: how long the first one waits, in milliseconds, and how many characters may wait. */
const LONGEST_WAIT = 50
const MOST_WAITING = 65_536

let waiting = ''

/** Notes the tenant of the request once it is known. */
export const noteTenant: RequestHandler = (_req, res, next) => {
  const { tenant, user } = cds.context ?? {}
  res.locals.tenant = tenant ?? (user?.attr as { tenant?: string } | undefined)?.tenant
  next()
}

/** The tenant that was noted; empty if there is none. */
export const tenantOf = (res: Response) => (res.locals.tenant as string | undefined) ?? ''

/** Makes the middleware that writes the line when the answer was sent or the connection was lost; none if it is off. */
export function requestLog(): RequestHandler[] {
  if (!settings().server.request_log) return []
  process.once('exit', write)
  return [
    (req, res, next) => {
      const start = performance.now()
      const { method } = req // a query in a body is read as a GET
      res.on('close', () => {
        const line = {
          time: new Date().toISOString(),
          'request-id': requestIds(res)['request-id'],
          tenant: tenantOf(res) || null,
          method,
          path: req.originalUrl.split('?', 1)[0], // a query may contain tokens and names
          status: res.writableFinished ? res.statusCode : null, // null where the client has gone
          ms: Math.round(performance.now() - start)
        }
        add(`${jsonLine(line)}\n`)
      })
      next()
    }
  ]
}

function add(line: string) {
  if (!waiting) setTimeout(write, LONGEST_WAIT)
  waiting += line
  if (waiting.length > MOST_WAITING) write()
}

function write() {
  if (waiting) process.stdout.write(waiting)
  waiting = ''
}
