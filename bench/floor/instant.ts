const DATE_TIME_OFFSET = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?(Z|[+-]\d\d:\d\d)$/i

/**
 * Moves a point in time to UTC, in a form that sorts as text.
 * @param value an Edm.DateTimeOffset with up to 7 digits of a second
 * @returns text of 27 characters, `2016-12-31T21:02:10.8639373`, or undefined if the value is none
 */
export function instant(value: string): string | undefined {
  const [, date, minutes, seconds = '00', fraction = '', offset] = DATE_TIME_OFFSET.exec(value) ?? []
  if (!date || !minutes || !offset) return undefined
  const local = `${date}T${minutes}:${seconds}`
  const milliseconds = Date.parse(`${local}Z`)
  // of what rolls over, such as 31 June, the text is another
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString().slice(0, 19) !== local) return undefined
  const digits = fraction.padEnd(7, '0')
  if (offset === 'Z' || offset === 'z') return date < '0001' ? undefined : `${local}.${digits}`
  const hours = Number(offset.slice(1, 3))
  const rest = Number(offset.slice(4))
  if (hours > 14 || rest > 59) return undefined
  const shift = (offset.startsWith('-') ? -1 : 1) * (hours * 60 + rest) * 60_000
  const utc = new Date(milliseconds - shift).toISOString()
  return utc.length === 24 && utc >= '0001' ? `${utc.slice(0, 19)}.${digits}` : undefined
}
