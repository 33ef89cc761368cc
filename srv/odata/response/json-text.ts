/** JSON as a list of texts, so that what the database puts together is sent as it is, without being decoded first. */

/** A text that is known to be that of entities. */
export interface TaggedText {
  /** The text, or its UTF-8. */
  text: string | Uint8Array
  /** Different for different texts. */
  tag: string
}

/** The parts of a text; the first one is not empty. */
export type JsonText = (string | TaggedText)[]

/** The approximate size in bytes. Strings count by UTF-16 code units. */
export function sizeOf(parts: JsonText): number {
  return parts.reduce((sum, part) => sum + (typeof part === 'string' ? part : part.text).length, 0)
}

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
  return ['[', ...items.flatMap((item, index) => (index ? [',', item] : [item])), ']']
}

/** Puts members before those of an object. @param members their text, without braces */
export function prependMembers(members: string, [first = '', ...rest]: JsonText): JsonText {
  if (first === '{}') return [`{${members}}`]
  const start = members ? `{${members},` : '{'
  if (typeof first === 'string') return [start, first.slice(1), ...rest]
  const { text, tag } = first
  return [start, { text: typeof text === 'string' ? text.slice(1) : text.subarray(1), tag }, ...rest]
}

/** The UTF-8 of a text, in few chunks and without copying what is UTF-8 already. */
export function chunksOf(parts: JsonText): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let pending = ''
  for (const part of parts) {
    const text = typeof part === 'string' ? part : part.text
    if (typeof text === 'string') {
      pending += text
      continue
    }
    if (pending) chunks.push(Buffer.from(pending))
    chunks.push(text)
    pending = ''
  }
  if (pending) chunks.push(Buffer.from(pending))
  return chunks
}

/** A tag that differs for different texts. */
export function tagOf(parts: JsonText): string {
  return parts.map((part) => (typeof part === 'string' ? part : part.tag)).join('')
}
