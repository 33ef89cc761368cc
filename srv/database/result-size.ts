/** Limits the size of results in bytes: rows may be few, but long. */

/** The longest row or value in a query of a request, in bytes. */
export const LONGEST_ROW = 32 * 1024 * 1024

/** Thrown if rows have too many bytes together. Without a caller that asks for fewer rows it means: not implemented. */
class ResultTooLarge extends Error {
  readonly status = 501
  /** How many rows would have fitted: at least one. */
  readonly fitting: number

  constructor(fitting: number) {
    super('The rows have too many bytes together.')
    this.fitting = fitting
  }
}

/** Reads as many rows as fit into a result. @returns also how many were asked for in the end: fewer if not all fit */
export async function asManyAsFit<Rows>(count: number, read: (count: number) => Promise<Rows>) {
  for (let asked = count; ;) {
    try {
      return { rows: await read(asked), asked }
    } catch (error) {
      if (!isTooLarge(error) || error.fitting >= asked) throw error
      asked = error.fitting
    }
  }
}

/** Whether an error, of this process or another, says that a result is too large. */
export function isTooLarge(error: unknown): error is { fitting: number } {
  return typeof error === 'object' && error !== null && 'fitting' in error
}

/** @param most bytes of all rows together @throws {ResultTooLarge} if they have more, unless there is only one row */
export function rowsWithin(most: number, result: Iterable<Record<string, unknown>>): unknown[] {
  const rows: unknown[] = []
  let bytes = 0
  for (const row of result) {
    bytes += sizeOfRow(row)
    if (bytes > most && rows.length) throw new ResultTooLarge(rows.length)
    rows.push(row)
  }
  return rows
}

/** The size of the values in a row. Of text it counts UTF-16 code units: that is faster, and at least a third of the bytes. */
export function sizeOfRow(row: Record<string, unknown>) {
  let size = 0
  for (const name in row) {
    const value = row[name]
    size += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
  }
  return size
}
