/** Results over time. Where somebody draws over them, the range becomes the drawn one. */
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { bucketAt } from '../service/buckets.ts'
import { readHistogram, type Histogram as Data } from '../service/histogram.ts'
import { useAnswer } from '../state/answer.ts'
import { filterOf } from '../state/conditions.ts'
import type { Shown } from '../state/navigation.ts'
import { edgesOf, type Part } from '../state/part.ts'
import { barsOf, optionsOf } from './bars.ts'
import { useDrawing } from './drawing.ts'
import { Failure } from './states.tsx'
import { eventsText, Legend, rank, wordOf } from './status.tsx'
import { timeText } from './time.tsx'

/** How many results are named: an event may have any, and a chart of thousands leaves no room for the list. */
const NAMED = 12

export function Histogram({ view, now, navigate }: Shown) {
  const key = `${filterOf(view, now)} ${now} ${view.utc}`
  const { value, error, isLoading, retry } = useAnswer(key, (signal) => readHistogram(view, now, signal))
  return (
    <figure class="histogram" aria-busy={isLoading}>
      {error !== undefined && !value ? (
        <Failure error={error} of="The numbers over time" {...{ isLoading, retry }} />
      ) : null}
      {value ? <Chart data={value} utc={view.utc} zoom={(from, to) => navigate({ range: { from, to } })} /> : null}
      {!value && error === undefined && isLoading && <div class="skeleton" />}
      {!value && error === undefined && !isLoading && <figcaption class="faint">{eventsText(0)}</figcaption>}
    </figure>
  )
}

interface Props {
  data: Data
  utc: boolean
  zoom: (from: string, to: string) => void
}

function Chart({ data, utc, zoom }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | undefined>(undefined)
  const [size, setSize] = useState({ width: 0, theme: 0 })
  const [hovered, setHovered] = useState<number | undefined>()
  const { edges, from, to } = data
  const length = edges.length - 1
  // failures stand at the bottom, where even few can be seen
  const names = [...data.counts.keys()].sort((one, other) => rank(one) - rank(other))

  const bucketOver = (x: number) => {
    if (!chart.current) return 0
    const left = x - chart.current.over.getBoundingClientRect().left
    return bucketAt(edges, chart.current.posToVal(left, 'x') * 1000)
  }
  /** When buckets begin and end, in milliseconds. */
  const sidesOf = (part: Part) => {
    const [first, last] = edgesOf(part)
    return [edges[first] ?? 0, edges[last + 1] ?? 0] as const
  }
  /** From when to when events of buckets are counted. */
  const periodOf = (part: Part) => {
    const [begin, end] = sidesOf(part)
    return [Math.max(begin, from), Math.min(end, to)] as const
  }
  const { part, cancel, handlers } = useDrawing(length, bucketOver, (chosen) => {
    const [begin, end] = periodOf(chosen)
    zoom(new Date(begin).toISOString(), new Date(end).toISOString())
  })
  useEffect(cancel, [edges[0], edges.at(-1), length]) // the buckets are others

  useEffect(() => {
    const measure = () => setSize(({ theme }) => ({ theme, width: place.current?.clientWidth ?? 0 }))
    const recolour = () => setSize(({ width, theme }) => ({ width, theme: theme + 1 }))
    const observer = new ResizeObserver(measure)
    if (place.current) observer.observe(place.current)
    addEventListener('themechange', recolour)
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', recolour)
    return () => {
      observer.disconnect()
      removeEventListener('themechange', recolour)
      system.removeEventListener('change', recolour)
    }
  }, [])

  useEffect(() => {
    if (!place.current || !size.width) return
    const options = optionsOf(data, names, size.width, utc, place.current, setHovered)
    const drawn = (chart.current = new uPlot(options, barsOf(data, names), place.current))
    return () => drawn.destroy()
  }, [data, size, utc])

  useEffect(() => {
    const [left = 0, right = 0] = part && chart.current ? sidesOf(part).map((time) => xOf(chart.current, time)) : []
    chart.current?.setSelect({ left, width: right - left, top: 0, height: chart.current.over.clientHeight }, false)
  }, [part, data, size, utc])

  const shown = part ?? (hovered === undefined ? { anchor: 0, focus: length - 1 } : { anchor: hovered, focus: hovered })
  const period = periodOf(shown)
    .map((time) => timeText(time, utc))
    .join(' – ')
  const [first, last] = edgesOf(shown)
  const countOf = (name: string | null) =>
    (data.counts.get(name) ?? []).slice(first, last + 1).reduce((sum, count) => sum + count, 0)
  const named = names.slice(0, NAMED)
  const spoken = named.map((name) => `${wordOf(name)} ${countOf(name)}`).join(', ')
  return (
    <>
      <figcaption>
        <span class="period">{period}</span>
        {named.map((name) => (
          <Legend key={name} status={name} count={countOf(name)} />
        ))}
        {names.length > NAMED && <span class="faint">{`and ${names.length - NAMED} others`}</span>}
        <span class="total" role="status">
          {data.isPartial && 'More than '}
          {eventsText(data.total)}
        </span>
      </figcaption>
      <div
        class="chart"
        ref={place}
        {...handlers}
        tabIndex={0}
        role="slider"
        aria-label="Results over time"
        aria-describedby="zooming"
        aria-valuemin={0}
        aria-valuemax={length - 1}
        aria-valuenow={part?.focus ?? 0}
        aria-valuetext={`${period}: ${spoken}`}
      />
      <span class="hidden" id="zooming">
        Draw over a time to zoom in. With arrow keys choose a time, with Shift more of it, and zoom in with Enter.
      </span>
    </>
  )
}

/** Where a time is on a chart, in pixels. */
const xOf = (chart: uPlot | undefined, time: number) => chart?.valToPos(time / 1000, 'x') ?? 0
