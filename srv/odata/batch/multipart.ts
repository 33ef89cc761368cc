/** Batches in the multipart format (OData Protocol 4.01, 11.7.7; RFC 2046, 5.1). */
import { RequestError } from '../../errors/errors.ts'
import { parseBody } from '../request/body.ts'
import { headersTooLarge, MOST_HEADERS } from '../request/headers.ts'
import { asRead, checkRequest, checkSize, forwardReference, invalid, referenceOf } from './requests.ts'
import type { BatchRequest, Unit } from './requests.ts'
import { validateHeaderName } from '../../http/node-http.ts'

/** The most lines of a batch: more than the values that its bodies may have, each on a line of its own. */
const MOST_LINES = 500_000

/**
 * Reads a batch in the multipart format. Lines may end with a line feed only, as some clients send them.
 * @param boundary the delimiter of its parts, without the leading dashes
 * @param limit the most requests that it may have
 * @throws {RequestError} 400 for what is not well formed, 431 for headers that are too large
 */
export function readMultipartBatch(text: string, boundary: string, limit: number): Unit[] {
  const units: Unit[] = []
  const named = new Map<string, BatchRequest>()
  let size = 0
  const read = (part: Message, isInGroup: boolean) => {
    checkSize(++size, limit)
    return readRequest(part, isInGroup, named)
  }
  const lines = text.split(/\r?\n/, MOST_LINES + 1)
  if (lines.length > MOST_LINES) throw invalid(`A batch must have at most ${MOST_LINES} lines.`)
  for (const part of partsOf(lines, boundary)) {
    const type = part.headers['content-type'] ?? ''
    const group = /^multipart\/mixed\b/i.test(type) ? boundaryOf(type) : undefined
    if (group === undefined) units.push({ requests: [read(part, false)] })
    else units.push({ group, requests: [...partsOf(part.content, group)].map((each) => read(each, true)) })
  }
  return units
}

/** The boundary that a content type names. @throws {RequestError} 400 if it names none */
export function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined)
    throw new RequestError('badRequest', 'The content type multipart/mixed needs a boundary.', 'Content-Type')
  return boundary
}

/** Headers, their names in lower case, and the lines after them. */
interface Message {
  headers: Partial<Record<string, string>>
  content: string[]
}

/** Splits a message at its boundaries. Text before the first and after the last one is ignored (RFC 2046, 5.1.1). */
function* partsOf(lines: string[], boundary: string): Generator<Message> {
  const delimiter = `--${boundary}`
  let part: string[] | undefined
  for (const line of lines) {
    const end = line.startsWith(delimiter) ? line.slice(delimiter.length).trimEnd() : undefined
    if (end !== '' && end !== '--') part?.push(line)
    else {
      if (part) yield readMessage(part)
      else if (end) throw invalid('A batch, and a change set, must have at least one part.')
      if (end) return
      part = []
    }
  }
  throw invalid('The batch is cut off: a part does not end with its boundary.')
}

function readMessage(lines: string[]): Message {
  const end = lines.indexOf('')
  const head = end < 0 ? lines : lines.slice(0, end)
  if (head.reduce((sum, { length }) => sum + length, 0) > MOST_HEADERS) throw headersTooLarge()
  const headers = new Map<string, string>()
  for (const line of head) {
    const [, name = '', value = ''] = /^([^:]*):(.*)$/s.exec(line) ?? []
    checkHeader(name, value)
    const [key, trimmed] = [name.toLowerCase(), value.trim()]
    headers.set(key, headers.has(key) ? `${headers.get(key)}, ${trimmed}` : trimmed)
  }
  return { headers: Object.fromEntries(headers), content: end < 0 ? [] : lines.slice(end + 1) }
}

/** The boundary ends a body, whatever its length says, so a length is only checked for its form (RFC 9112, 6.2). */
function checkHeader(name: string, value: string) {
  try {
    validateHeaderName(name)
  } catch (cause) {
    throw new RequestError('badRequest', 'A line in the batch is not a header.', 'headers', { cause })
  }
  if (/[^\t\x20-\x7e\x80-\uffff]/.test(value))
    throw new RequestError('badRequest', 'A header has a character that headers cannot have.', 'headers')
  if (/^transfer-encoding$/i.test(name) || (/^content-length$/i.test(name) && !/^\s*\d+\s*$/.test(value)))
    throw new RequestError('badRequest', `The service does not take this ${name} in a batch.`, name)
}

function readRequest(part: Message, isInGroup: boolean, named: Map<string, BatchRequest>): BatchRequest {
  if (!/^application\/http\b/i.test(part.headers['content-type'] ?? ''))
    throw invalid('A part of a batch must be application/http.', 'Content-Type')
  const start = part.content.findIndex((line) => line !== '')
  // examples of the standard, and clients made after them, leave out the version (11.7.7.1)
  const [, verb = '', target = ''] =
    /^([a-z]+) (?!HTTP\/\d)(\S+)(?: HTTP\/\d\.\d)?\s*$/i.exec(part.content[start] ?? '') ?? []
  if (!target) throw invalid('A part of a batch must begin with the line of a request.')
  const { headers, content } = readMessage(part.content.slice(start + 1))
  const text = content.join('\n').trim() // in JSON, line ends have no meaning
  const { method, url } = asRead(verb.toUpperCase(), target, headers['content-type'], text)
  checkRequest({ method, url }, isInGroup, method)
  const id = part.headers['content-id']
  const name = referenceOf(url)
  if (id !== undefined && id === name) throw forwardReference('Content-ID')
  const reference = name === undefined ? undefined : named.get(name)
  const request: BatchRequest = {
    id,
    method,
    url,
    headers: headers as Record<string, string>,
    body: () => (text ? parseBody(text) : undefined),
    dependsOn: reference ? [reference] : [],
    reference
  }
  if (id !== undefined) named.set(id, request) // in 4.0, ids are unique within a change set only: the last one counts
  return request
}
