/** The range of time: relative to now, or from one point to another. */
import { useState } from 'preact/hooks'
import { ends } from '../state/conditions.ts'
import type { Shown } from '../state/navigation.ts'
import { instant, RELATIVE, type View } from '../state/view.ts'
import { instantOf, offsetIn } from '../state/zone.ts'
import { timeText, zone } from './time.tsx'

const NAMES = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  all: 'All time'
}

/** The day on which clocks are put on by an hour, in milliseconds. */
const SHORTEST_DAY = 23 * 3_600_000

/** A range in words, such as `Last 7 days`. */
export const rangeText = (view: View) =>
  'last' in view.range
    ? NAMES[view.range.last]
    : `${shortText(view.range.from, view)} – ${shortText(view.range.to, view)}`

export function RangeChoice({ view, now, navigate }: Shown) {
  const isCustom = 'from' in view.range
  const [isOpen, setOpen] = useState(false)
  const chosen = isOpen ? 'edit' : 'last' in view.range ? view.range.last : 'custom'
  const change = (value: string) => {
    setOpen(value === 'edit')
    if (value === 'edit' || value === 'custom') return
    navigate({ range: { last: value as keyof typeof NAMES } })
  }
  const shift = (parts: number) => {
    const { from = now - RELATIVE['7d'], to = now } = ends(view, now)
    // a day is followed by the next one, also where clocks change
    const offsetAt = offsetIn(view.utc || to - from < SHORTEST_DAY)
    const [first, last] = [from + offsetAt(from), to + offsetAt(to)]
    const length = last - first
    const range = parts ? [first + parts * length, last + parts * length] : [first - length / 2, last + length / 2]
    const [start, end] = range.map((local) => instant(instantOf(local, offsetAt))) as [string, string]
    if (start < end) navigate({ range: { from: start, to: end } })
  }
  return (
    <div class="range" role="group" aria-label="Range of time">
      <select aria-label="Range of time" value={chosen} onChange={(event) => change(event.currentTarget.value)}>
        {Object.entries(NAMES).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
        {isCustom && <option value="custom">{rangeText(view)}</option>}
        <option value="edit">From … to …</option>
      </select>
      {chosen !== 'all' && (
        <>
          <button type="button" class="quiet" title="Earlier" aria-label="Earlier" onClick={() => shift(-1)}>
            ‹
          </button>
          {isCustom && (
            <button type="button" class="quiet" title="Later" aria-label="Later" onClick={() => shift(1)}>
              ›
            </button>
          )}
          <button type="button" class="quiet" title="Zoom out" aria-label="Zoom out" onClick={() => shift(0)}>
            −
          </button>
        </>
      )}
      {isOpen && (
        <Custom key={JSON.stringify(view.range) + view.utc} {...{ view, now, navigate }} done={() => setOpen(false)} />
      )}
    </div>
  )
}

/** A point in time without its seconds, if it has none. */
const shortText = (time: string, { utc }: View) => timeText(time, utc).replace(/:00$/, '')

function Custom({ view, now, navigate, done }: Shown & { done: () => void }) {
  const { from = now - RELATIVE['7d'], to = now } = ends(view, now)
  const text = (time: number) => timeText(time, view.utc).replace(' ', 'T')
  const [wrong, setWrong] = useState('')
  const apply = (event: SubmitEvent) => {
    event.preventDefault()
    const values = new FormData(event.currentTarget as HTMLFormElement)
    const timeOf = (value: string) => Date.parse(value + (view.utc ? 'Z' : ''))
    /** What is not changed stays: a field has no milliseconds, and an hour may come twice. */
    const changed = (name: string, before: number) => {
      const time = timeOf(values.get(name) as string)
      return time === timeOf(text(before)) ? before : time
    }
    const [start, end] = [changed('from', from), changed('to', to)]
    if (!(start < end)) return setWrong('The end must be after the start.')
    navigate({ range: { from: instant(start), to: instant(end) } })
    done()
  }
  const field = { type: 'datetime-local', step: 1, required: true } as const
  return (
    <form class="custom" onSubmit={apply}>
      <label>
        From <input {...field} name="from" defaultValue={text(from)} />
      </label>
      <label>
        to <input {...field} name="to" defaultValue={text(to)} />
      </label>
      <button type="submit">Apply</button>
      <small class="faint">{view.utc ? 'UTC' : zone}</small>
      {wrong && <span role="alert">{wrong}</span>}
    </form>
  )
}
