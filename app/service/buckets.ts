/** How a range of time is divided. */
import { instantOf, type Offset } from '../state/zone.ts'

export const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The lengths that people count time in. */
const WIDTHS = [
  ...[1, 5, 10, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28, 91, 365].map((days) => days * DAY)
]

/** The first point in time that the service has, in milliseconds. */
const FIRST = Date.parse('0001-01-01T00:00:00Z')

/** About how many buckets there are at most. */
const BUCKETS = 72

interface Buckets {
  /** When buckets begin, and when the last one ends, in milliseconds. */
  edges: number[]
  /** Their length on the clock in milliseconds. Some last longer or shorter: a day on which clocks change. */
  width: number
  /** From one of these on, each edge is a whole number of widths away. There are several where clocks change. */
  origins: number[]
}

/**
 * Divides a range of time into buckets of a length that people count in.
 * @param offsetAt the time zone: days begin at its midnight, and several hours are counted from there
 */
export function bucketsOf(from: number, to: number, offsetAt: Offset): Buckets {
  const width = WIDTHS.find((each) => (to - from) / each <= BUCKETS) ?? 3650 * DAY
  const first = offsetAt(from)
  const offset = width > HOUR ? offsetAt : () => first // an hour that comes twice is counted twice
  const start = Math.floor((from + first) / width) * width
  const edges = [instantOf(start, offset)]
  for (let local = start + width; edges.length < 2 || lastOf(edges) < to; local += width) {
    const edge = instantOf(local, offset)
    if (edge > lastOf(edges)) edges.push(edge) // a zone that changed the side of the date line has skipped a day
  }
  const begin = Math.max(start, FIRST + DAY) // in the service in any zone; buckets may be before it
  const origin = start + Math.ceil((begin - start) / width) * width
  return { edges, width, origins: [...new Set(edges.map(offset))].map((each) => origin - each) }
}

const lastOf = (edges: number[]) => edges.at(-1) ?? NaN

/** The bucket of a point in time; the first or the last one if it is before or after them all. */
export function bucketAt(edges: number[], time: number): number {
  return Math.min(
    Math.max(
      edges.findLastIndex((edge) => edge <= time),
      0
    ),
    edges.length - 2
  )
}
