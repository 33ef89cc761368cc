/** How a range of time is divided. */

export const SECOND = 1000
export const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The lengths that people count time in. */
const WIDTHS = [
  ...[1, 5, 10, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28, 91, 365].map((days) => days * DAY)
]

/** About how many buckets there are at most. */
const BUCKETS = 72

/**
 * Divides a range of time into buckets of a length that people count in.
 * @param offset the time zone, in milliseconds east of UTC: days begin at its midnight
 */
export function bucketsOf(from: number, to: number, offset: number): { start: number; width: number; count: number } {
  const width = WIDTHS.find((each) => (to - from) / each <= BUCKETS) ?? 3650 * DAY
  const start = Math.floor((from + offset) / width) * width - offset
  return { start, width, count: Math.max(1, Math.ceil((to - start) / width)) }
}
