/**
 * Limits the structure of JSON before it is parsed: its values cost more time and memory than its length. Also finds
 * members that an object has twice, of which parsers keep one (RFC 8259, 4).
 */
import { RequestError, type ErrorCode } from '../../errors/errors.ts'

/** The most values in all. The largest batch of ordinary events has half as many. */
const MOST_VALUES = 200_000
const MOST_MEMBERS = 10_000
const MOST_DEPTH = 250

const [QUOTE, BACKSLASH, LINE_FEED, COMMA, COLON] = [0x22, 0x5c, 0x0a, 0x2c, 0x3a]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]

/**
 * Checks a text that contains JSON: a body, or a multipart batch of several.
 * @param text its UTF-8, which is looked at faster than a string
 * @returns how many members its objects have, if it is JSON
 * @throws {RequestError} 400 if there are too many values or they nest too deep
 */
export function checkStructure(text: Uint8Array): number {
  const commas = new Float64Array(MOST_DEPTH + 1) // at each depth; of arrays none are counted
  let depth = 0
  let values = 0
  let members = 0
  for (let index = 0; index < text.length; index++) {
    const code = text[index]
    if (code === QUOTE) index = endOfString(text, index + 1)
    else if (code === COLON) members++
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
  return members
}

/** How many members the objects in a value have in all. */
export function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return 0
  const values = Object.values(value)
  return values.reduce<number>((sum, each) => sum + membersOf(each), Array.isArray(value) ? 0 : values.length)
}

/** The name of the first member that an object has twice. @param text JSON in UTF-8 */
export function repeatedIn(text: Buffer): string | undefined {
  const objects: Set<string>[] = []
  let string = ''
  for (let index = 0; index < text.length; index++) {
    const code = text[index]
    if (code === OPEN_OBJECT) objects.push(new Set())
    else if (code === CLOSE_OBJECT) objects.pop()
    else if (code === QUOTE) {
      const start = index
      index = endOfString(text, start + 1)
      string = text.toString('utf8', start, index + 1)
    } else if (code === COLON) {
      const name = JSON.parse(string) as string
      if (objects.at(-1)?.has(name)) return name
      objects.at(-1)?.add(name)
    }
  }
  return undefined
}

/** Where the body of a request of a batch in JSON is, if it is an object or an array. */
export type BodyAt = [request: number, start: number, end: number]

/** Finds the bodies of the requests in a batch. @param text JSON in UTF-8 */
export function bodiesIn(text: Buffer): BodyAt[] {
  const bodies: BodyAt[] = []
  const path: (string | number)[] = []
  let start = 0
  let string = ''
  const requestOfBody = () =>
    path.length === 3 && path[0] === 'requests' && path[2] === 'body' ? (path[1] as number) : undefined
  for (let index = 0; index < text.length; index++) {
    const code = text[index]
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (path.length === 3) start = index
      path.push(code === OPEN_ARRAY ? 0 : '')
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      path.pop()
      const request = requestOfBody()
      if (request !== undefined) bodies.push([request, start, index + 1])
    } else if (code === QUOTE) {
      const begin = index
      index = endOfString(text, begin + 1)
      string = text.toString('utf8', begin, index + 1)
    } else if (code === COLON) path[path.length - 1] = JSON.parse(string) as string
    else if (code === COMMA && typeof path.at(-1) === 'number') (path[path.length - 1] as number)++
  }
  return bodies
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
