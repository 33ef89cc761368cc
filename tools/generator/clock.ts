/** When events happen: within thirty days, most of them during working hours. */

/** The end of the thirty days unless the caller names another, in milliseconds since 1970. */
export const UNTIL = Date.UTC(2026, 9, 31)

const HOURS = 30 * 24
const HOUR = 3_600_000 // ms
const TICKS = 10_000 // per millisecond: a tick is 100 ns

/**
 * Returns the time of an event.
 * @param part the share of all events that happen before it, from 0 (inclusive) to 1 (exclusive)
 * @returns the time in UTC with seven fractional digits; it never decreases as the share grows
 */
export type Clock = (part: number) => string

/**
 * Makes the clock of a log.
 * @param until the end of the thirty days, in milliseconds since 1970
 */
export function clockUntil(until: number): Clock {
  const firstHour = until - HOURS * HOUR
  const parts = partsFrom(firstHour)
  return (part) => {
    const hour = hourOf(parts, part)
    const before = parts[hour - 1] ?? 0
    const within = (part - before) / ((parts[hour] as number) - before)
    const ticks = Math.floor(within * HOUR * TICKS)
    const milliseconds = Math.floor(ticks / TICKS)
    const rest = String(ticks % TICKS).padStart(4, '0')
    return `${new Date(firstHour + hour * HOUR + milliseconds).toISOString().slice(0, -1)}${rest}Z`
  }
}

/** The share of all events that has happened by the end of each hour. */
function partsFrom(firstHour: number) {
  const weights = Array.from({ length: HOURS }, (_, hour) => weightOf(new Date(firstHour + hour * HOUR)))
  const total = weights.reduce((sum, weight) => sum + weight)
  let sum = 0
  return weights.map((weight) => (sum += weight) / total)
}

/** The activity of an hour, relative to the night. */
function weightOf(time: Date): number {
  const isWeekend = [0, 6].includes(time.getUTCDay())
  const isDay = time.getUTCHours() >= 7 && time.getUTCHours() < 18
  return isDay && !isWeekend ? 5 : 1
}

/** Finds the hour of a share by binary search. */
function hourOf(parts: number[], part: number) {
  let [low, high] = [0, parts.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((parts[middle] as number) > part) high = middle
    else low = middle + 1
  }
  return low
}
