/** JSON as text in parts, so that what is stored as JSON is sent as it is, without being decoded and encoded again. */

/** The parts: text, or UTF-8. The first one begins with the first character. */
export type JsonText = (string | Uint8Array)[]

const COMMA = Buffer.from(',')

/** The text of an object. */
export function objectText(members: Record<string, JsonText>): JsonText {
  const parts = Object.entries(members).flatMap(([name, text], index) => [
    `${index ? ',' : ''}${JSON.stringify(name)}:`,
    ...text
  ])
  return ['{', ...parts, '}']
}

/** The text of an array. */
export function arrayText(items: JsonText): JsonText {
  const parts: JsonText = ['[']
  for (const item of items) parts.push(item, COMMA)
  if (items.length) parts.pop()
  parts.push(']')
  return parts
}

/** The text of an object with members before its own, of which it has at least one. */
export function extended(start: string, [first, ...rest]: JsonText): Buffer {
  const parts = [start, first?.slice(1) ?? '', ...rest]
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
}
