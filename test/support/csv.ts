/**
 * Reads CSV as RFC 4180, section 2, has it.
 * @throws {Error} for anything else
 */
export function recordsIn(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/y
  while (field.lastIndex < text.length) {
    const start = field.lastIndex
    const [, value = '', end] = field.exec(text) ?? []
    if (end === undefined) throw new Error(`This is no CSV: ${JSON.stringify(text.slice(start, start + 100))}`)
    record.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value)
    if (end === ',') continue
    records.push(record)
    record = []
  }
  return records
}
