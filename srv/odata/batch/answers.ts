/** Answers to batches, in JSON (OData JSON 4.01, 19.5) and in the multipart format (Protocol 4.01, 11.7.7.6). */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { Spelling } from '../request/header-names.ts'
import type { Unit } from './requests.ts'
import type { Answer } from './run.ts'

/**
 * Streams the answers to a batch at the pace of the client, until it is done or the client has gone. The format is that
 * of the batch, unless the client accepts only the other one.
 * @param boundary the boundary of a multipart batch; undefined for one in JSON
 * @param spelling how header names are spelled in JSON
 */
export async function sendBatch(answers: Answers, res: Response, boundary: string | undefined, spelling: Spelling) {
  const accept = res.req.get('Accept') ?? ''
  const isMultipart =
    accept.includes('multipart/mixed') || (boundary !== undefined && !accept.includes('application/json'))
  const delimiter = boundary ?? `batch_${randomUUID()}`
  const parameter = TOKEN.test(delimiter) ? delimiter : `"${delimiter}"`
  res.status(200).setHeader('Content-Type', isMultipart ? `multipart/mixed;boundary=${parameter}` : 'application/json')
  try {
    await pipeline(isMultipart ? asMultipart(answers, delimiter) : asJson(answers, spelling), res)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}

/** A parameter value that needs no quotes (RFC 2045, 5.1). */
const TOKEN = /^[\w!#$%&'*+.^`{|}~-]+$/

type Answers = AsyncIterable<[Unit, Answer[]]>
type Chunks = AsyncIterable<string | Buffer>

async function* asJson(answers: Answers, spelling: Spelling): Chunks {
  let separator = '{"responses":['
  for await (const [{ group }, all] of answers) {
    for (const { id, status, headers, body } of all) {
      const head = JSON.stringify({ id, status, headers: spelling(headers), atomicityGroup: group })
      yield separator + head.slice(0, -1)
      const isJson = String(headers['content-type']).includes('application/json')
      if (body) yield* [',"body":', isJson ? body : JSON.stringify(body.toString())]
      separator = '},'
    }
  }
  yield separator.startsWith('}') ? '}]}' : `${separator}]}`
}

/** A change set that failed has a single answer, which is not in a multipart document of its own. */
async function* asMultipart(answers: Answers, boundary: string): Chunks {
  for await (const [{ group }, all] of answers) {
    const failed = all.filter(({ status }) => status >= 400)
    const cause = failed.find(({ status }) => status !== 424) ?? failed[0]
    if (group === undefined || cause) yield* parts(cause ? [cause] : all, boundary)
    else {
      const inner = `changeset_${randomUUID()}`
      yield `--${boundary}\r\ncontent-type: multipart/mixed;boundary=${inner}\r\n\r\n`
      yield* parts(all, inner)
      yield `--${inner}--\r\n`
    }
  }
  yield `--${boundary}--\r\n`
}

function* parts(answers: Answer[], boundary: string) {
  for (const { id, status, headers, body } of answers) {
    const lines = [`--${boundary}`, 'content-type: application/http', 'content-transfer-encoding: binary']
    if (id !== undefined) lines.push(`content-id: ${id.replace(/\p{Cc}/gu, ' ')}`)
    lines.push('', `HTTP/1.1 ${status} ${STATUS_CODES[status]}`)
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${String(value)}`)
    yield [...lines, '', ''].join('\r\n')
    if (body) yield body
    yield '\r\n'
  }
}
