/** Counts the bytes of answers that their clients have not read yet, and limits them over all answers. */
import type { RequestHandler, Response } from 'express'
import { RequestError } from '../errors/errors.ts'
import { settings } from '../settings/settings.ts'
import { tenantOf } from './request-log.ts'
import { Shares } from './shares.ts'

const TOO_MANY = 'The service has more bytes of answers than it can take that wait to be read.'

const waiting = new Shares()

/**
 * Counts what is written until the client has taken it. The end of an answer counts until the answer is sent. Bytes
 * count before compression.
 */
export const countAnswers: RequestHandler = (_req, res, next) => {
  const write = res.write.bind(res) as (...args: unknown[]) => boolean
  const end = res.end.bind(res) as (...args: unknown[]) => Response
  let unread = 0
  const count = (chunk: unknown) => {
    if (res.closed || !(typeof chunk === 'string' || chunk instanceof Uint8Array)) return
    unread += chunk.length
    waiting.add(tenantOf(res), chunk.length)
  }
  const uncount = () => {
    waiting.add(tenantOf(res), -unread)
    unread = 0
  }
  res.write = (...args: unknown[]) => {
    const isTaken = write(...args)
    if (!isTaken) count(args[0])
    return isTaken
  }
  res.end = (...args: unknown[]) => {
    count(args[0])
    return end(...args)
  }
  res.on('drain', uncount).on('close', uncount)
  next()
}

/** @throws {RequestError} 503 if the limit of unread bytes is reached, of all tenants or of this one */
export function expectRoom(tenant: string) {
  if (!waiting.hasRoom(tenant, 1, settings().server.max_answers)) throw new RequestError('serviceUnavailable', TOO_MANY)
}
