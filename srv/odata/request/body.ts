/**
 * Receives the bodies of requests, and limits the structure of JSON before it is parsed: its values cost more time and
 * memory than its length.
 */
import { isUtf8 } from 'node:buffer'
import type { Request, Response } from 'express'
import { receive } from '../../http/receive.ts'
import { RequestError, type ErrorCode } from '../../errors/errors.ts'
import { parseJson } from '../../values/json.ts'

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i

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
  checkStructure(body)
  const text = body.toString()
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}

/**
 * Reads the JSON body of a request.
 * @throws {RequestError} as {@link readText}, also 415 for another type or charset, and 400 if the body is not JSON
 */
export async function readJson(req: Request, res: Response): Promise<unknown> {
  if (!req.is('application/json') && Number(req.get('content-length') ?? 1) > 0)
    throw new RequestError('unsupportedMediaType', 'The request body must be application/json.', 'Content-Type')
  // as UTF-8, bytes of another charset would silently become other characters
  if (!/^(utf-?8|us-ascii)$/i.test(CHARSET.exec(req.get('content-type') ?? '')?.[1] ?? 'utf-8'))
    throw new RequestError('unsupportedMediaType', 'The request body must be in UTF-8.', 'Content-Type')
  return parseBody(await readText(req, res))
}

/** Parses the body of a request, or of a request in a batch. @throws {RequestError} 400 if it is not JSON */
export function parseBody(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const message = `The request body is not JSON: ${(cause as Error).message.replace(/\.$/, '')}.`
    throw new RequestError('invalidBody', message, undefined, { cause })
  }
}

/** The most values in all. The largest batch of ordinary events has half as many. */
const MOST_VALUES = 200_000
const MOST_MEMBERS = 10_000
const MOST_DEPTH = 250

const [QUOTE, BACKSLASH, LINE_FEED, COMMA] = [0x22, 0x5c, 0x0a, 0x2c]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]

/**
 * Checks a text that contains JSON: a body, or a multipart batch of several.
 * @param text its UTF-8, which is looked at faster than a string
 * @throws {RequestError} 400 if there are too many values or they nest too deep
 */
export function checkStructure(text: Uint8Array) {
  const commas = new Float64Array(MOST_DEPTH + 1) // at each depth; of arrays none are counted
  let depth = 0
  let values = 0
  for (let index = 0; index < text.length; index++) {
    const code = text[index]
    if (code === QUOTE) index = endOfString(text, index + 1)
    else if (code === COMMA) {
      if (++values > MOST_VALUES) throw tooMuch(`more than ${MOST_VALUES} values`)
      if (++(commas[depth] as number) >= MOST_MEMBERS) throw tooMuch(`an object with more than ${MOST_MEMBERS} members`)
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (++values > MOST_VALUES) throw tooMuch(`more than ${MOST_VALUES} values`)
      if (++depth > MOST_DEPTH)
        throw tooMuch(`objects and arrays within each other, more than ${MOST_DEPTH} deep`, 'invalidValue')
      commas[depth] = code === OPEN_ARRAY ? -Infinity : 0
    } else if ((code === CLOSE_OBJECT || code === CLOSE_ARRAY) && depth) depth--
  }
}

/** No JSON string goes past the end of a line, but a header in a batch may have a single quote. */
function endOfString(text: Uint8Array, start: number): number {
  let index = start
  for (; index < text.length; index++) {
    const code = text[index]
    if (code === QUOTE || code === LINE_FEED) break
    if (code === BACKSLASH && text[index + 1] !== LINE_FEED) index++
  }
  return index
}

function tooMuch(what: string, code: ErrorCode = 'invalidBody') {
  return new RequestError(code, `The request body has ${what}.`)
}
