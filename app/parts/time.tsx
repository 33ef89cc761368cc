/** Points in time, in the time zone of the browser or in UTC. */
import { offsetIn } from '../state/zone.ts'

/** The name of the time zone of the browser, such as `Europe/Berlin`. */
export const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone

/** A point in time as `2026-05-01 12:00:00`, whatever languages the browser has. */
export function timeText(time: string | number, utc: boolean): string {
  const instant = new Date(time).getTime()
  if (Number.isNaN(instant)) return String(time)
  const local = new Date(instant + offsetIn(utc)(instant)).toISOString()
  return local.replace('T', ' ').replaceAll(/^\+0*|\.\d+Z$/g, '')
}

interface Props {
  time: string
  utc: boolean
  /** Whether the day is known from elsewhere. */
  isClock?: boolean
}

/** A point in time; the other time zone is its tooltip. */
export function Time({ time, utc, isClock }: Props) {
  const [date, clock] = timeText(time, utc).split(' ')
  return (
    <time dateTime={time} title={utc ? `${timeText(time, false)} ${zone}` : `${timeText(time, true)} UTC`}>
      {!isClock && <span>{date}</span>} <span>{clock}</span>
    </time>
  )
}

/** A duration for people. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  const minutes = Math.round(milliseconds / 60_000)
  if (minutes < 120) return `${minutes} min`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`
}
