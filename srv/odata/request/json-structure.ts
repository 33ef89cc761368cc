/** Limits the structure of JSON before it is parsed: its values cost more time and memory than its length. */
import { RequestError, type ErrorCode } from '../../errors/errors.ts'

/** The most values in all. The largest batch of ordinary events has half as many. */
const MOST_VALUES = 200_000
const MOST_MEMBERS = 10_000
const MOST_DEPTH = 250

const [QUOTE, BACKSLASH, LINE_FEED, COMMA] = [0x22, 0x5c, 0x0a, 0x2c]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]

/**
 * Checks a text that contains JSON: a body, or a multipart batch of several.
 * @throws {RequestError} 400 if there are too many values or they nest too deep
 */
export function checkStructure(text: string) {
  const commas = [0] // at each depth; of arrays none are counted
  let values = 0
  let isString = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (isString) {
      // no JSON string goes past the end of a line, but a header in a batch may have a single quote
      if (code === QUOTE || code === LINE_FEED) isString = false
      else if (code === BACKSLASH && text.charCodeAt(index + 1) !== LINE_FEED) index++
    } else if (code === QUOTE) isString = true
    else if (code === COMMA) {
      const members = ((commas[commas.length - 1] as number) += 1)
      if (++values > MOST_VALUES) throw tooMuch(`more than ${MOST_VALUES} values`)
      if (members >= MOST_MEMBERS) throw tooMuch(`an object with more than ${MOST_MEMBERS} members`)
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (++values > MOST_VALUES) throw tooMuch(`more than ${MOST_VALUES} values`)
      if (commas.push(code === OPEN_ARRAY ? -Infinity : 0) > MOST_DEPTH + 1)
        throw tooMuch(`objects and arrays within each other, more than ${MOST_DEPTH} deep`, 'invalidValue')
    } else if ((code === CLOSE_OBJECT || code === CLOSE_ARRAY) && commas.length > 1) commas.pop()
  }
}

function tooMuch(what: string, code: ErrorCode = 'invalidBody') {
  return new RequestError(code, `The request body has ${what}.`)
}
