/** Receives the bodies of requests. */
import { isUtf8 } from 'node:buffer'
import type { Request, Response } from 'express'
import { receive } from '../../http/receive.ts'
import { RequestError } from '../../errors/errors.ts'
import { parseJson } from '../../values/json.ts'
import { checkStructure } from './json-structure.ts'

const BYTE_ORDER_MARK = '\ufeff'

/**
 * Reads the body of a request as text.
 * @throws {RequestError} 413 over the limit, 400 if the body is empty, is not UTF-8, or has more structure than the
 *   service takes
 */
export async function readText(req: Request, res: Response): Promise<string> {
  const body = await receive(req, res)
  if (!body.length) throw new RequestError('invalidBody', 'The request has no body.')
  // otherwise invalid bytes would silently become other characters
  if (!isUtf8(body)) throw new RequestError('invalidBody', 'The request body is not UTF-8.')
  const text = body.toString()
  checkStructure(text)
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}

/**
 * Reads the JSON body of a request.
 * @throws {RequestError} as {@link readText}, also 415 for another type, and 400 if the body is not JSON
 */
export async function readJson(req: Request, res: Response): Promise<unknown> {
  if (!req.is('application/json') && Number(req.get('content-length') ?? 1) > 0)
    throw new RequestError('unsupportedMediaType', 'The request body must be application/json.', 'Content-Type')
  return parseBody(await readText(req, res))
}

/**
 * Parses the body of a request, or of a request in a batch.
 * @throws {RequestError} 400 if it is not JSON
 */
export function parseBody(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const message = `The request body is not JSON: ${(cause as Error).message.replace(/\.$/, '')}.`
    throw new RequestError('invalidBody', message, undefined, { cause })
  }
}
