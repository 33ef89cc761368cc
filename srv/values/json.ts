/** JSON without loss: a number that a double cannot represent stays the text that was sent. */
import { randomUUID } from 'node:crypto'

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

/** A name with an escape, which may also be a text in an array. */
const ESCAPED_NAME = /[{,]\s*"[^"\\]*\\/

/**
 * Parses JSON text. A number whose text would not come back the same becomes an object that
 * `JSON.stringify` writes as that text; all others are plain values.
 * @throws {SyntaxError} if the text is not JSON
 */
export function parseJson(text: string): unknown {
  return text.includes('\\') && ESCAPED_NAME.test(text) ? parseEscaped(text) : parseUnescaped(text)
}

const parseUnescaped = (text: string): unknown =>
  DELICATE.test(text) ? JSON.parse(text, keepSource as never) : JSON.parse(text)

/**
 * Parses JSON whose names have escapes, with others in place of these: V8 13.6 takes the name "\u00e9" for "\\", or
 * another one that begins so, if any object that it has read before had that in the same place.
 */
function parseEscaped(text: string): unknown {
  JSON.parse(text) // says what is wrong with the text that was sent
  const mark = randomUUID() // with which no name begins that was sent
  const names = new Map<string, number>()
  let renamed = ''
  let copied = 0
  for (let start = text.indexOf('"'), end; start >= 0; start = text.indexOf('"', end)) {
    end = endOfString(text, start)
    const string = text.slice(start, end)
    COLON.lastIndex = end
    if (!string.includes('\\') || !COLON.test(text)) continue
    const name = JSON.parse(string) as string
    const plain = JSON.stringify(name)
    const needsEscapes = plain.includes('\\')
    if (needsEscapes && !names.has(name)) names.set(name, names.size)
    renamed += text.slice(copied, start) + (needsEscapes ? `"${mark}${names.get(name)}"` : plain)
    copied = end
  }
  const value = parseUnescaped(renamed + text.slice(copied))
  return names.size ? withNames(value, mark, [...names.keys()]) : value
}

const COLON = /\s*:/y

function endOfString(text: string, start: number) {
  let end = start + 1
  while (text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1
  return end + 1
}

/** Gives members their names again. In place where there are none: a copy takes several times as long. */
function withNames(value: unknown, mark: string, names: string[]): unknown {
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  const members = value as Record<string, unknown>
  for (const name of Object.keys(members))
    if (typeof members[name] === 'object') members[name] = withNames(members[name], mark, names)
  if (!Object.keys(members).some((name) => name.startsWith(mark))) return members
  const nameOf = (name: string) => (name.startsWith(mark) ? names[Number(name.slice(mark.length))] : name)
  return Object.fromEntries(Object.entries(members).map(([name, member]) => [nameOf(name), member])) as object
}

/** Whether a value that was parsed is an object: no array, and none of the numbers that keep their text. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
}

/** An object whose first name begins with a digit: in objects of JavaScript, whole numbers come before other names. */
const NUMBERED = /\{"\d/

/** Writes a value with control information before what it is about, as streamed answers have it (OData JSON 4.01, 4.4). */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value)
  return NUMBERED.test(text) ? inOrder(value) : text
}

function inOrder(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOrder).join()}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const names = Object.keys(value)
  if (!/^\d/.test(names[0] ?? '')) return objectText(names, value)
  const ofValue = names.filter((name) => name.startsWith('@'))
  const ordered = new Set([...ofValue, ...names.flatMap((name) => [`${name}@odata.type`, name])])
  return objectText([...ordered], value)
}

function objectText(names: string[], value: Record<string, unknown>) {
  const members = names.filter((name) => value[name] !== undefined)
  return `{${members.map((name) => `${JSON.stringify(name)}:${inOrder(value[name])}`).join()}}`
}
