/** When events happen: within thirty days, most of them during working hours. */

const END = Date.UTC(2026, 9, 31) // ms
const DAYS = 30
const HOUR = 3_600_000 // ms
const TICKS = 10_000 // per millisecond: a tick is 100 ns
const FIRST_HOUR = END - DAYS * 24 * HOUR

/** The share of all events that has happened by the end of each hour. */
const PARTS = parts()

/**
 * Returns the time of an event.
 * @param part the share of all events that happen before it, from 0 (inclusive) to 1 (exclusive)
 * @returns the time in UTC with seven fractional digits; it never decreases as the share grows
 */
export function timeAt(part: number): string {
  const hour = hourOf(part)
  const before = PARTS[hour - 1] ?? 0
  const within = (part - before) / ((PARTS[hour] as number) - before)
  const ticks = Math.floor(within * HOUR * TICKS)
  const milliseconds = Math.floor(ticks / TICKS)
  const rest = String(ticks % TICKS).padStart(4, '0')
  return `${new Date(FIRST_HOUR + hour * HOUR + milliseconds).toISOString().slice(0, -1)}${rest}Z`
}

function parts() {
  const weights = Array.from({ length: DAYS * 24 }, (_, hour) => weightOf(new Date(FIRST_HOUR + hour * HOUR)))
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
function hourOf(part: number) {
  let [low, high] = [0, PARTS.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((PARTS[middle] as number) > part) high = middle
    else low = middle + 1
  }
  return low
}
