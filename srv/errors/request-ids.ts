/** The headers that identify requests, as Graph has them: https://learn.microsoft.com/graph/best-practices-concept. */
import { randomUUID } from 'node:crypto'
import type { RequestHandler, Response } from 'express'

export interface RequestIds {
  'request-id': string
  'client-request-id': string
}

/** Gives every response a `request-id`, and returns the `client-request-id` that the client sent. */
export const identify: RequestHandler = (req, res, next) => {
  const id = randomUUID()
  const sent = req.get('client-request-id')
  const clientId = sent && sent.length <= 128 ? sent : id
  res.set({ 'request-id': id, 'client-request-id': clientId } satisfies RequestIds)
  next()
}

/** The identifiers that {@link identify} gave to a response. */
export function requestIds(res: Response): RequestIds {
  return {
    'request-id': String(res.get('request-id')),
    'client-request-id': String(res.get('client-request-id'))
  }
}
