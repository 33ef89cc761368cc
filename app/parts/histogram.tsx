/** Results over time, as stacked bars. Drawn over with the mouse, the range becomes the drawn one. */
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { readHistogram, type Histogram as Data } from '../service/histogram.ts'
import { useAnswer } from '../state/answer.ts'
import { filterOf } from '../state/conditions.ts'
import type { Navigate } from '../state/navigation.ts'
import type { View } from '../state/view.ts'
import { Failure } from './states.tsx'
import { STATUSES, wordOf } from './status.tsx'
import { timeText } from './time.tsx'

const HEIGHT = 138 // px

export function Histogram({ view, now, navigate }: { view: View; now: number; navigate: Navigate }) {
  const key = `${filterOf(view, now)} ${now} ${view.utc}`
  const { value, error, isLoading, retry } = useAnswer(key, (signal) => readHistogram(view, now, signal))
  return (
    <figure class="histogram" aria-busy={isLoading}>
      {error !== undefined && !value ? (
        <Failure error={error} of="The numbers over time" {...{ isLoading, retry }} />
      ) : null}
      {value ? <Chart data={value} utc={view.utc} zoom={(from, to) => navigate({ range: { from, to } })} /> : null}
      {!value && !error && <div class="skeleton" />}
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
  const [size, setSize] = useState({ width: 0, theme: 0 })
  const [hovered, setHovered] = useState<number | undefined>()
  const names = [...data.counts.keys()].sort((one, other) => rank(one) - rank(other))
  const end = data.start + data.width * (data.counts.get(names[0] ?? '')?.length ?? 1)

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
    const chart = new uPlot(
      optionsOf(data, names, size.width, utc, place.current, zoom, setHovered),
      barsOf(data, names),
      place.current
    )
    return () => chart.destroy()
  }, [data, size, utc])

  const bucketStart = hovered === undefined ? data.start : data.start + hovered * data.width
  const bucketEnd = hovered === undefined ? end : bucketStart + data.width
  const countOf = (name: string) => {
    const counts = data.counts.get(name) ?? []
    return hovered === undefined ? counts.reduce((sum, count) => sum + count, 0) : (counts[hovered] ?? 0)
  }
  return (
    <>
      <figcaption>
        <span class="period">
          {timeText(bucketStart, utc)} – {timeText(bucketEnd, utc)}
        </span>
        {names.map((name) => (
          <span class={`legend ${STATUSES.includes(name) ? name : 'other'}`} key={name}>
            {wordOf(name)} <b>{countOf(name).toLocaleString()}</b>
          </span>
        ))}
        <span class="total">{data.total.toLocaleString()} events</span>
      </figcaption>
      <div
        class="chart"
        ref={place}
        role="img"
        aria-label={`Results over time: ${data.total} events. Draw over them to zoom.`}
      />
    </>
  )
}

/** Failures stand at the bottom, where even few can be seen. */
const rank = (name: string) => (STATUSES.includes(name) ? STATUSES.indexOf(name) : STATUSES.length)

/** The bars from the tallest to the lowest: each stands on those that are drawn after it. */
function barsOf({ start, width, counts }: Data, names: string[]): uPlot.AlignedData {
  const length = counts.get(names[0] ?? '')?.length ?? 0
  const times = Array.from({ length }, (_, place) => (start + place * width) / 1000)
  let below = Array<number>(length).fill(0)
  const stacked = names.map((name) => (below = below.map((sum, place) => sum + (counts.get(name)?.[place] ?? 0))))
  return [times, ...stacked.reverse()]
}

/** A tick of the axis: the day where one begins, and the time elsewhere. */
function tickText(time: number, utc: boolean) {
  const [date = '', clock = ''] = timeText(time, utc).split(' ')
  return clock === '00:00:00' ? date.slice(5) : clock.replace(/:00$/, '')
}

/** A colour of the style sheet, as it is in the current theme: a canvas knows no `light-dark()`. */
function colourOf(element: HTMLElement, name: string) {
  element.style.color = `var(--${name})`
  const { color } = getComputedStyle(element)
  element.style.color = ''
  return color
}

function optionsOf(
  { start, width, counts }: Data,
  names: string[],
  pixels: number,
  utc: boolean,
  element: HTMLElement,
  zoom: Props['zoom'],
  hover: (bucket: number | undefined) => void
): uPlot.Options {
  const colour = (name: string) => colourOf(element, name)
  const length = counts.get(names[0] ?? '')?.length ?? 1
  const axis = { stroke: colour('faint'), font: '11px system-ui, sans-serif', ticks: { show: false } }
  const bars = uPlot.paths.bars?.({ size: [0.86], align: 1 })
  return {
    width: pixels,
    height: HEIGHT,
    padding: [8, 20, 0, 0],
    tzDate: (seconds) => (utc ? uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : new Date(seconds * 1000)),
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { time: true, range: [start / 1000, (start + length * width) / 1000] },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] }
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        space: 70,
        values: (_, times) => times.map((time) => tickText(time * 1000, utc))
      },
      {
        ...axis,
        grid: { stroke: colour('line'), width: 1 },
        size: 44,
        space: 34,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6]
      }
    ],
    series: [
      {},
      ...names.toReversed().map((name) => ({
        fill: colour(STATUSES.includes(name) ? name : 'other'),
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars })
      }))
    ],
    hooks: {
      setCursor: [
        (chart) => {
          const { left } = chart.cursor
          const time = left === undefined || left < 0 ? NaN : chart.posToVal(left, 'x') * 1000
          const bucket = Math.floor((time - start) / width)
          hover(bucket >= 0 && bucket < length ? bucket : undefined)
        }
      ],
      setSelect: [
        (chart) => {
          if (chart.select.width < 2) return
          const edge = (x: number, round: (value: number) => number) =>
            new Date(start + round((chart.posToVal(x, 'x') * 1000 - start) / width) * width).toISOString()
          zoom(edge(chart.select.left, Math.floor), edge(chart.select.left + chart.select.width, Math.ceil))
        }
      ]
    }
  }
}
