/** Local times, which are counted in milliseconds as if they were of UTC, and the instants of them. */

const DAY = 86_400_000

/** How far local time is ahead of UTC at an instant, in milliseconds. */
export type Offset = (instant: number) => number

/** The offset of the time zone that is shown. */
export const offsetIn = (utc: boolean): Offset =>
  utc ? () => 0 : (instant) => Math.round(-new Date(instant).getTimezoneOffset() * 60_000)

/** The instant of a local time: the first one where clocks are put back, and when they are put on where they skip it. */
export function instantOf(local: number, offsetAt: Offset): number {
  const [before, after] = [local - offsetAt(local - DAY), local - offsetAt(local + DAY)]
  return after + offsetAt(after) === local && before + offsetAt(before) !== local ? after : before
}
