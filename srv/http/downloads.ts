/**
 * Downloads: answers that take long, as each has as much as many pages. Few run at a time. They go at the pace of their
 * clients, and end if that is too slow.
 */
import { pipeline } from 'node:stream/promises'
import cds from '@sap/cds'
import type { Request, Response } from 'express'
import { expectClient } from '../database/reading.ts'
import { RequestError } from '../errors/errors.ts'
import { requestIds } from '../errors/request-ids.ts'
import { settings } from '../settings/settings.ts'
import { Shares } from './shares.ts'

const LOG = cds.log('provisioning')

/** How much is handed to the connection at a time, in bytes: the next part follows when the client took that one. */
const PART = 65_536

const underWay = new Shares()

/**
 * Counts a download of a tenant until it is sent or its client has gone.
 * @throws {RequestError} 429 if the tenant has as many as it may have, 400 if the client has gone already
 */
export function countDownload(tenant: string, res: Response) {
  expectClient(res)
  const most = settings().odata.download_limit
  if (underWay.of(tenant) >= most)
    throw new RequestError('tooManyRequests', `The tenant has as many downloads under way as it may have: ${most}.`)
  underWay.add(tenant, 1)
  res.once('close', () => underWay.add(tenant, -1))
}

/**
 * Streams an answer at the pace of the client, until it is done or the client has gone. If it fails midway, or the
 * client takes too long, its connection is closed, by which clients see that the end is missing.
 */
export async function sendDownload(req: Request, res: Response, chunks: AsyncIterable<Buffer>) {
  const { download_timeout: minutes, download_stall_timeout: stall } = settings().odata
  const log = (why: unknown) => {
    LOG.error(requestIds(res)['request-id'], req.method, req.path, 'The download was cut off:', why)
  }
  const cut = new AbortController()
  const cutOff = (why: string) => {
    log(why)
    cut.abort()
  }
  const end = setTimeout(cutOff, Math.ceil(minutes * 60_000), `It took longer than ${minutes} minutes.`)
  const stalled = `Its client took nothing for ${stall / 1000} seconds.`
  let taking: NodeJS.Timeout | undefined
  async function* paced() {
    try {
      for await (const chunk of chunks)
        for (let start = 0; start < chunk.length; start += PART) {
          taking = setTimeout(cutOff, stall, stalled)
          yield chunk.subarray(start, start + PART) // goes on when the client wants more
          clearTimeout(taking)
        }
    } catch (error) {
      if (!res.closed) log(error)
      throw error
    }
    taking = setTimeout(cutOff, stall, stalled) // what is left
  }
  res.setTimeout(0) // Node notices connections that got stuck up to twice as late as it is told
  try {
    await pipeline(paced, res, { signal: cut.signal })
  } catch {
    // it is logged already, or the client has gone
  } finally {
    clearTimeout(end)
    clearTimeout(taking)
  }
}
