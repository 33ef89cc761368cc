/** Receives a batch in the format that it comes in. */
import type { Request, Response } from 'express'
import { parseBatch, readJson, readText } from '../request/body.ts'
import { preferences } from '../request/headers.ts'
import { readBatch } from './documents.ts'
import { boundaryOf, readMultipartBatch } from './multipart.ts'

/**
 * Receives a batch, in JSON or multipart.
 * @param limit the most requests that it may have
 * @returns also how it is to be run: see run.ts
 * @throws {RequestError} 400 for a batch that is malformed or too long, 413 if it is too large, 415 for another type
 */
export async function receiveBatch(req: Request, res: Response, limit: number) {
  const boundary = req.is('multipart/mixed') ? boundaryOf(req.get('Content-Type') as string) : undefined
  const units =
    boundary === undefined
      ? readBatch(await readJson(req, res, parseBatch), limit)
      : readMultipartBatch((await readText(req, res)).text, boundary, limit)
  // OData Protocol 4.01, 8.2.8.3, and OData JSON 4.01, 19.1
  const preference = preferences(req).get('continue-on-error')
  const goesOn = preference === undefined ? boundary === undefined : preference !== 'false'
  return { units, goesOn, inAnyOrder: boundary === undefined && goesOn }
}
