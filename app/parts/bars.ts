/** The chart of results over time, as uPlot draws it: stacked bars. */
import uPlot from 'uplot'
import { bucketAt } from '../service/buckets.ts'
import type { Histogram } from '../service/histogram.ts'
import { toneOf } from './status.tsx'
import { timeText } from './time.tsx'

const HEIGHT = 138 // px

/** The bars from the tallest to the lowest: each stands on those that are drawn after it. */
export function barsOf({ edges, counts }: Histogram, names: (string | null)[]): uPlot.AlignedData {
  const times = edges.slice(0, -1).map((edge) => edge / 1000)
  let below = Array<number>(times.length).fill(0)
  const stacked = names.map((name) => {
    const own = counts.get(name)
    below = below.map((sum, place) => sum + (own?.[place] ?? 0))
    return below.map((sum, place) => (own?.[place] ? sum : 0)) // what is behind a bar of the same height would show
  })
  return [times, ...stacked.reverse()]
}

/** A tick of the axis: the day where one begins, and the time elsewhere. */
function tickText(time: number, utc: boolean, hasYears: boolean) {
  const [date = '', clock = ''] = timeText(time, utc).split(' ')
  return clock === '00:00:00' ? date.slice(hasYears ? 0 : 5) : clock.replace(/:00$/, '')
}

/** A colour of the style sheet, as it is in the current theme: a canvas knows no `light-dark()`. */
function colourOf(element: HTMLElement, name: string) {
  element.style.color = `var(--${name})`
  const { color } = getComputedStyle(element)
  element.style.color = ''
  return color
}

/**
 * What uPlot is to draw.
 * @param hover is called with the bucket that the mouse is over
 */
export function optionsOf(
  { edges }: Histogram,
  names: (string | null)[],
  pixels: number,
  utc: boolean,
  element: HTMLElement,
  hover: (bucket: number | undefined) => void
): uPlot.Options {
  const colour = (name: string) => colourOf(element, name)
  const axis = { stroke: colour('faint'), font: '11px system-ui, sans-serif', ticks: { show: false } }
  const [first = 0, last = 0] = [edges[0], edges.at(-1)]
  const hasYears = timeText(first, utc).slice(0, 4) !== timeText(last, utc).slice(0, 4)
  const bars = uPlot.paths.bars?.({ size: [0.86], align: 1 })
  return {
    width: pixels,
    height: HEIGHT,
    padding: [8, hasYears ? 34 : 20, 0, 0],
    tzDate: (seconds) => (utc ? uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : new Date(seconds * 1000)),
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } }, // see drawing.ts
    scales: {
      x: { time: true, range: [first / 1000, last / 1000] },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] }
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        space: hasYears ? 90 : 70,
        values: (_, times) => {
          const texts = times.map((time) => tickText(time * 1000, utc, hasYears))
          return texts.map((text, place) => (text === texts[place - 1] ? null : text)) // parts of one second
        }
      },
      {
        ...axis,
        grid: { stroke: colour('line'), width: 1 },
        size: 44,
        space: 34,
        values: (_, counts) => counts.map((count) => count.toLocaleString('en')),
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6]
      }
    ],
    series: [
      {},
      ...names.toReversed().map((name) => ({
        fill: colour(toneOf(name)),
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars })
      }))
    ],
    hooks: {
      setCursor: [
        (chart) => {
          const { left } = chart.cursor
          const isOver = left !== undefined && left >= 0
          hover(isOver ? bucketAt(edges, chart.posToVal(left, 'x') * 1000) : undefined)
        }
      ]
    }
  }
}
