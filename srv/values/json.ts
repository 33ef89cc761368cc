/** JSON without loss: a number that a double cannot represent stays the text that was sent. */

declare global {
  interface JSON {
    /** https://tc39.es/proposal-json-parse-with-source/ */
    rawJSON(text: string): object
    isRawJSON(value: unknown): value is { rawJSON: string }
  }
}

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown

const keepSource: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && source !== undefined && String(value) !== source ? JSON.rawJSON(source) : value

/** A number with more digits than a double can represent, or in a form that would be printed differently. */
const DELICATE = /(?:"\s*:|[[,])\s*(?:-?\d+[.eE]|-?\d{16}|-0)/

/**
 * Parses JSON text. A number whose text would not come back the same becomes an object that
 * `JSON.stringify` writes as that text; all others are plain values.
 * @throws {SyntaxError} if the text is not JSON
 */
export function parseJson(text: string): unknown {
  return DELICATE.test(text) ? JSON.parse(text, keepSource as never) : JSON.parse(text)
}
