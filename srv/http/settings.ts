/** The settings of the server, whose defaults are in .cdsrc.json. Times are in milliseconds. */
import cds from '@sap/cds'

export interface ServerSettings {
  /** How long requests may take to finish after SIGTERM. */
  drain_timeout: number
  /** How long the database may take to answer before the service is not ready. */
  ready_timeout: number
  /** How long the headers of a request may take. */
  headers_timeout: number
  /** How long a request may take to come in as a whole. */
  request_timeout: number
  /** How long nothing may move on a connection while a request is under way. */
  idle_timeout: number
  /** Connections at the same time; more are closed at once. */
  max_connections: number
  /** Requests under way at the same time; more are refused. */
  max_requests: number
  /** Bytes of the bodies of requests under way, or as text such as `64mb`; more are refused. */
  max_bodies: number | string
  /** Bytes of answers that wait to be read, or as text such as `256mb`; beyond them no query is run. */
  max_answers: number | string
  /** Requests of a client in a time; 0 for no limit. */
  rate_limit: { limit: number; window: number }
  /** The origins whose pages may use the service in browsers. */
  cors_origins: string | string[]
  /** Whether each request is logged as a line of JSON. */
  request_log: boolean
}

/** The settings as they are now: tests and CAP's profiles change them before the service starts. */
export const settings = () => (cds.env as unknown as { server: ServerSettings }).server

const UNITS = ['b', 'kb', 'mb', 'gb']

/**
 * Reads a size in bytes, or as text such as `4mb`.
 * @throws {Error} if it is none
 */
export function bytesOf(size: string | number | undefined): number {
  const [, digits, unit = 'b'] = /^(\d+)\s*([kmg]?b)?$/i.exec(String(size)) ?? []
  if (digits === undefined) throw new Error(`'${size}' is no size such as '4mb'.`)
  return Number(digits) * 1024 ** UNITS.indexOf(unit.toLowerCase())
}
