/**
 * The lines of the log in JSON. CAP's own lines contain nearly all headers of the request, and every property of an
 * error. These contain only what is listed here, and no secrets of clients.
 */
import { format, types } from 'node:util'
import cds from '@sap/cds'
import type { Request, Response } from 'express'
import { requestIds } from '../errors/request-ids.ts'

const HEADERS = ['accept', 'content-length', 'content-type', 'odata-maxversion', 'odata-version', 'user-agent']

const LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace']

/** How many causes of an error are logged. */
const CAUSES = 5

/** The most characters of a header: a batch may have a thousand errors, each with them. */
const LONGEST = 256

/** What is logged of an error besides its stack: codes, and the statement of a query. */
type Told = Error & Partial<Record<'code' | 'errcode' | 'query', unknown>>

interface Cap {
  log: { format: typeof logLine; loggers: Record<string, { setFormat: (format: typeof logLine) => void }> }
  context?: { http?: { req: Request; res: Response } }
}
const cap = cds as unknown as Cap

/** Makes all loggers write such lines. */
export function logHarmlessly() {
  cap.log.format = logLine
  for (const logger of Object.values(cap.log.loggers)) logger.setFormat(logLine)
}

/**
 * Makes a line of the log.
 * @param level 1 for an error to 5 for a trace
 * @returns the line, as the only argument to print
 */
function logLine(logger: string, level: number, ...args: unknown[]): [string] {
  const errors = args.filter((arg) => types.isNativeError(arg))
  const line = {
    time: new Date().toISOString(),
    level: LEVELS[level],
    logger,
    ...ofRequest(),
    msg: format(...args.map((arg) => (types.isNativeError(arg) ? arg.message : arg))),
    ...(errors.length && { errors: errors.flatMap(chain).map(told) })
  }
  return [jsonLine(line)]
}

/** Characters that JSON may have as they are, but that steer a terminal, or turn the direction of what it shows. */
const STEERING = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** An object as a line of the log. */
export const jsonLine = (line: object) =>
  JSON.stringify(line).replaceAll(STEERING, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)

function ofRequest() {
  const { req, res } = cap.context?.http ?? {}
  if (!req || !res) return {}
  const headers = Object.fromEntries(HEADERS.map((name) => [name, req.get(name)?.slice(0, LONGEST)]))
  return { 'request-id': requestIds(res)['request-id'], headers }
}

function chain(error: Error): Error[] {
  const all = [error]
  for (let { cause } = error; types.isNativeError(cause) && all.length <= CAUSES; cause = cause.cause) all.push(cause)
  return all
}

function told({ stack, code, errcode, query }: Told) {
  return { code, errcode, query: typeof query === 'string' ? query : undefined, stack: stack?.split(/\s*\n\s*/) }
}
