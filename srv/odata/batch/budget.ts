/** How large the answers to the requests of a batch may become together, as they make one answer. */
import type { Request, Response } from 'express'
import { keepUntilSent } from '../../http/answers.ts'
import { RequestError } from '../../errors/errors.ts'
import { settings } from '../../settings/settings.ts'

const answered = new WeakMap<Request, number>()

/**
 * Answers a request of a batch.
 * @param batch the request of the batch
 * @param res the answer to the request in it
 * @param isKept whether the answer is kept until the batch is answered as a whole
 * @throws {RequestError} 503 if the answers to those before it have as many bytes as the service sends
 */
export async function withinBatch<Result>(
  batch: Request,
  res: Response,
  isKept: boolean,
  answer: () => Promise<Result>
): Promise<Result> {
  if ((answered.get(batch) ?? 0) >= settings().odata.batch_bytes)
    throw new RequestError('serviceUnavailable', 'The answer to the batch is full. Send this request in another one.')
  try {
    return await answer()
  } finally {
    const size = Number(res.get('Content-Length') ?? 0)
    answered.set(batch, (answered.get(batch) ?? 0) + size)
    if (isKept) keepUntilSent(batch.res as Response, size)
  }
}
