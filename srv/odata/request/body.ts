/** Receives the bodies of requests. */
import { isUtf8 } from 'node:buffer'
import type { Request, Response } from 'express'
import { receive } from '../../http/receive.ts'
import { RequestError } from '../../errors/errors.ts'
import { parseJson } from '../../values/json.ts'
import { bodiesIn, checkStructure, membersOf, repeatedIn } from './json-structure.ts'

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i

const BYTE_ORDER_MARK = '\ufeff'

/**
 * Reads the body of a request as text.
 * @returns also how many members its objects have in all, if it is JSON
 * @throws {RequestError} 413 over the limit, 400 if the body is empty, is not UTF-8, or has more structure than the
 *   service takes
 */
export async function readText(req: Request, res: Response) {
  const body = await receive(req, res)
  if (!body.length) throw new RequestError('invalidBody', 'The request has no body.')
  // otherwise invalid bytes would silently become other characters
  if (!isUtf8(body)) throw new RequestError('invalidBody', 'The request body is not UTF-8.')
  const members = checkStructure(body)
  const text = body.toString()
  return { text: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text, members }
}

/** Parses a text. @param members how many its objects have in all */
type Parse = (text: string, members: number) => unknown

/**
 * Reads the JSON body of a request.
 * @param parse parses its text: {@link parseBody} or {@link parseBatch}
 * @throws {RequestError} as {@link readText}, {@link expectType} and {@link parseBody}
 */
export async function readJson(req: Request, res: Response, parse: Parse = parseBody): Promise<unknown> {
  if (Number(req.get('content-length') ?? 1) > 0) expectType(req.get('content-type') ?? '')
  const { text, members } = await readText(req, res)
  return parse(text, members)
}

/**
 * Reads the query options in the body of a request to `/$query`, which may be empty (URL Conventions 4.01, 4.17).
 * @throws {RequestError} as {@link readText} and {@link expectType}
 */
export async function readQuery(req: Request, res: Response): Promise<string> {
  const isEmpty = req.get('transfer-encoding') === undefined && !Number(req.get('content-length') ?? 0)
  if (isEmpty) return ''
  expectType(req.get('content-type') ?? '', 'text/plain')
  return (await readText(req, res)).text
}

/** Checks the type of a body, or of one in a batch. @throws {RequestError} 415 for another type or charset */
export function expectType(contentType: string, type = 'application/json') {
  if (contentType.split(';', 1)[0]?.trim().toLowerCase() !== type) throw typeExpected(type)
  // as UTF-8, bytes of another charset would silently become other characters
  if (!/^(utf-?8|us-ascii)$/i.test(CHARSET.exec(contentType)?.[1] ?? 'utf-8'))
    throw new RequestError('unsupportedMediaType', 'The request body must be in UTF-8.', 'Content-Type')
}

/** The error of a body that has another type. */
export const typeExpected = (type: string) =>
  new RequestError('unsupportedMediaType', `The request body must be ${type}.`, 'Content-Type')

/**
 * Parses the body of a request, or of a request in a batch.
 * @param members how many members its objects have in all
 * @throws {RequestError} 400 if it is not JSON, or an object has a member twice: only one of them could be kept
 */
export function parseBody(text: string, members = checkStructure(Buffer.from(text))): unknown {
  const value = parsed(text)
  if (membersOf(value) === members) return value
  const repeated = repeatedIn(Buffer.from(text))
  throw new RequestError('invalidBody', `The request body has an object with two members '${repeated}'.`)
}

/**
 * Parses a batch in JSON. What is wrong with the members of a body is for the request that has it, not for the others:
 * then the error stands in place of the body.
 * @throws {RequestError} as {@link parseBody}, but for the bodies
 */
export function parseBatch(text: string, members: number): unknown {
  const value = parsed(text)
  if (membersOf(value) === members) return value
  const bytes = Buffer.from(text)
  const bodies = bodiesIn(bytes)
  const ends = [0, ...bodies.map(([, , end]) => end)]
  const between = ends.map((end, index) => bytes.toString('utf8', end, bodies[index]?.[1]))
  const batch = parseBody(between.join('null')) as { requests: { body: unknown }[] }
  for (const [request, start, end] of bodies)
    (batch.requests[request] as { body: unknown }).body = bodyOrError(bytes.toString('utf8', start, end))
  return batch
}

function bodyOrError(text: string): unknown {
  try {
    return parseBody(text)
  } catch (error) {
    return error
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const message = `The request body is not JSON: ${(cause as Error).message.replace(/\.$/, '')}.`
    throw new RequestError('invalidBody', message, undefined, { cause })
  }
}
