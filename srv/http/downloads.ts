/** Limits the downloads under way. Each may take long, and reads what many pages have. */
import type { Response } from 'express'
import { RequestError } from '../errors/errors.ts'
import { settings } from '../settings/settings.ts'

const underWay = new Map<string, number>()

/**
 * Counts a download of a tenant until it is sent or its client has gone.
 * @throws {RequestError} 429 if the tenant has as many as it may have, 503 if the client has gone already
 */
export function countDownload(tenant: string, res: Response) {
  if (res.closed) throw new RequestError('serviceUnavailable', 'The client has gone.')
  const count = underWay.get(tenant) ?? 0
  const most = settings().odata.download_limit
  if (count >= most)
    throw new RequestError('tooManyRequests', `The tenant has as many downloads under way as it may have: ${most}.`)
  underWay.set(tenant, count + 1)
  res.once('close', () => {
    const rest = (underWay.get(tenant) ?? 0) - 1
    if (rest > 0) underWay.set(tenant, rest)
    else underWay.delete(tenant)
  })
}
