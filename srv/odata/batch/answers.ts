/** Answers to batches, in JSON (OData JSON 4.01, 19.5) and in the multipart format (Protocol 4.01, 11.7.7.5). */
import { randomUUID } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { Unit } from './requests.ts'
import type { Answer } from './run.ts'
import { STATUS_CODES } from '../../http/node-http.ts'

/**
 * Streams the answers to a batch at the pace of the client, until it is done or the client has gone.
 * @param isMultipart whether they are sent in the multipart format, or in JSON
 * @param asInGraph whether header names in JSON are spelled as Graph spells them
 */
export async function sendBatch(answers: Answers, res: Response, isMultipart: boolean, asInGraph: boolean) {
  const boundary = `batch_${randomUUID()}` // a text that is read may have that of the batch in it
  res.status(200).setHeader('Content-Type', isMultipart ? `multipart/mixed;boundary=${boundary}` : 'application/json')
  try {
    await pipeline(isMultipart ? asMultipart(answers, boundary) : asJson(answers, asInGraph), res)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}

type Answers = AsyncIterable<[Unit, Answer[]][]>
type Chunks = AsyncIterable<string | Buffer>

/** How large chunks become, in bytes. Each takes microseconds on its way through the layers of the response. */
const CHUNK = 65_536

function* joined(texts: (string | Buffer)[]) {
  let chunk: Buffer[] = []
  let size = 0
  for (const text of texts) {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    chunk.push(bytes)
    size += bytes.length
    if (size < CHUNK) continue
    yield Buffer.concat(chunk, size)
    chunk = []
    size = 0
  }
  if (size) yield Buffer.concat(chunk, size)
}

async function* asJson(answers: Answers, asInGraph: boolean): Chunks {
  let separator = '{"responses":['
  for await (const together of answers) {
    const texts: (string | Buffer)[] = []
    for (const [{ group }, all] of together) {
      for (const { id, status, headers, body } of all) {
        const spelled = asInGraph ? spelledAsInGraph(headers) : headers
        const head = JSON.stringify({ id, status, headers: spelled, atomicityGroup: group })
        texts.push(separator + head.slice(0, -1) + (body ? ',"body":' : ''))
        if (body) texts.push(bodyInJson(body, String(headers['content-type'])))
        separator = '},'
      }
    }
    yield* joined(texts)
  }
  yield separator.startsWith('}') ? '}]}' : `${separator}]}`
}

/** JSON is nested, text is a string, and all else base64url, such as $metadata in XML (OData JSON 4.01, 19.1). */
function bodyInJson(body: Buffer, type: string) {
  if (type.startsWith('application/json')) return body
  return JSON.stringify(body.toString(type.startsWith('text/') ? 'utf8' : 'base64url'))
}

const OTHERS = new Map([
  ['etag', 'ETag'],
  ['odata-version', 'OData-Version'],
  ['odata-entityid', 'OData-EntityId'],
  ['www-authenticate', 'WWW-Authenticate']
])

/** Node.js has header names in lower case, as OData requires them (OData JSON 4.01, 19.5). */
function spelledAsInGraph(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const spelled = (name: string) => OTHERS.get(name) ?? name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [spelled(name), value]))
}

async function* asMultipart(answers: Answers, boundary: string): Chunks {
  for await (const together of answers) yield* joined(together.flatMap((each) => [...documents(each, boundary)]))
  yield `--${boundary}--\r\n`
}

/** A change set that failed has a single answer, which is not in a multipart document of its own. */
function* documents([{ group }, all]: [Unit, Answer[]], boundary: string) {
  const failed = all.filter(({ status }) => status >= 400)
  const cause = failed.find(({ status }) => status !== 424) ?? failed[0]
  if (group === undefined || cause) return yield* parts(cause ? [cause] : all, boundary)
  const inner = `changeset_${randomUUID()}`
  yield `--${boundary}\r\ncontent-type: multipart/mixed;boundary=${inner}\r\n\r\n`
  yield* parts(all, inner)
  yield `--${inner}--\r\n`
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
