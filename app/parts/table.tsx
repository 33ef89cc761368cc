/** The events as a table that is scrolled without an end. Only the rows that can be seen are in the document. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { keyOf, tenantOf, type Event as LogEvent } from '../service/odata.ts'
import { filterOf } from '../state/conditions.ts'
import { linkTo, type Shown } from '../state/navigation.ts'
import { SELECT, usePages } from '../state/pages.ts'
import { useTail } from '../state/tail.ts'
import type { View } from '../state/view.ts'
import { Empty } from './empty.tsx'
import { Head } from './head.tsx'
import { Row, Spacer } from './row.tsx'
import { Failure } from './states.tsx'

/** How many rows beyond those that can be seen are in the document. */
const AROUND = 12

/** How many events come in before the list is read anew, as those are kept. */
const MOST_ARRIVED = 1000

/** Taller elements than this many pixels are cut off by some browsers. */
const TALLEST = 15_000_000

interface Props extends Shown {
  refresh: () => void
  /** Called when events have come in, with their number. */
  arrived: (count: number) => void
  /** Called when no more events can come in, and when they can again. */
  interrupted: (isInterrupted: boolean) => void
}

export function Table({ view, now, navigate, refresh, arrived, interrupted }: Props) {
  const { pages, shown } = usePages(view, now, SELECT)
  const scroller = useRef<HTMLDivElement>(null)
  const [{ top, height, row }, setPlace] = useState({ top: 0, height: 600, row: 40 })
  const [focused, setFocused] = useState(0)
  /** The row that gets the focus as soon as it is rendered. */
  const wanted = useRef<number | undefined>(undefined)
  /** How far rows have moved down that are not rendered there yet, in pixels. */
  const shift = useRef(0)
  /** Whether the list lacks what came in last. */
  const isBehind = useRef(false)
  useTail(view.live, filterOf({ ...view, range: { last: 'all' } }, now), SELECT, {
    begun: refresh,
    arrived: (events) => {
      const element = scroller.current
      const isReading = !!element && (element.scrollTop > 0 || !!element.querySelector('tbody tr:focus-visible'))
      // who reads is not brought back to the top, and reads anew when there
      isBehind.current = pages.prepended > MOST_ARRIVED && isReading
      if (isBehind.current) return arrived(events.length)
      const { length } = pages.prepend(events)
      if (!length) return
      arrived(length)
      if (pages.prepended > MOST_ARRIVED && !isReading) return refresh()
      if (!isReading || shown !== pages) return
      shift.current += length * row // what is looked at stays where it is, and keeps the focus
      setPlace((place) => ({ ...place, top: place.top + length * row }))
      if (!element.querySelector('tbody tr:focus')) return
      setFocused(focused + length)
      wanted.current = focused + length
    },
    interrupted
  })

  useLayoutEffect(() => {
    if (scroller.current && shift.current) scroller.current.scrollTop += shift.current
    shift.current = 0
  })
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    const measure = () => {
      const rowHeight = parseFloat(getComputedStyle(element).getPropertyValue('--row')) || 40
      setPlace({ top: element.scrollTop, height: element.clientHeight, row: rowHeight })
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])
  useEffect(() => {
    scroller.current?.scrollTo({ top: pages.reading.top })
    setFocused(pages.reading.focused)
    isBehind.current = false
  }, [pages])
  useEffect(() => void Object.assign(pages.reading, { top, focused }), [top, focused])
  useEffect(() => {
    if (isBehind.current && top === 0) refresh()
  }, [top])

  const length = Math.min(shown.length, Math.floor(TALLEST / row))
  const from = Math.max(0, Math.floor(top / row) - AROUND)
  const to = Math.min(length, Math.ceil((top + height) / row) + AROUND)
  useEffect(() => shown.look(from, to)) // it does nothing where all is there

  /** Moves the focus to a row, which may have to be scrolled to and read first. */
  const focusOn = (place: number) => {
    const next = Math.max(0, Math.min(length - 1, place))
    setFocused(next)
    const element = scroller.current
    if (!element) return
    const head = element.querySelector('thead')?.offsetHeight ?? 0
    if (next * row < element.scrollTop) element.scrollTop = next * row
    else if ((next + 1) * row > element.scrollTop + height - head) element.scrollTop = (next + 1) * row - height + head
    wanted.current = next
  }
  useLayoutEffect(() => {
    const place = wanted.current
    const rendered = place !== undefined && scroller.current?.querySelector<HTMLElement>(rowAt(place))
    if (!rendered) return
    wanted.current = undefined
    rendered.focus()
  })
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: Math.floor(height / row) - 1,
    PageUp: 1 - Math.floor(height / row),
    Home: -Infinity,
    End: Infinity
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key]
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    focusOn(focused + step)
  }
  const open = (event: LogEvent, isApart: boolean) => {
    const details: Partial<View> = { event: event.id, tenant: tenantOf(event), tab: undefined }
    if (isApart) window.open(linkTo(view, details), '_blank', 'noopener')
    else navigate(details)
  }
  const failure =
    pages.error === undefined ? null : (
      <Failure error={pages.error} of="The events" isLoading={pages.isRetrying} retry={() => pages.retry()} />
    )
  const isEmpty = shown.isComplete && shown.length === 0

  return (
    <div class="scroller" ref={scroller}>
      {shown !== pages && failure}
      <table
        aria-rowcount={shown.isComplete ? length + 1 : -1}
        aria-label="Events"
        aria-busy={!pages.isReady && (pages.error === undefined || pages.isRetrying)}
      >
        <Head {...{ view, navigate }} />
        <tbody onKeyDown={onKeyDown}>
          <Spacer key="above" height={from * row} />
          {Array.from({ length: Math.max(0, to - from) }, (_, index) => {
            const place = from + index
            const event = shown.at(place)
            return (
              <Row
                key={place}
                {...{ place, event, view, open }}
                isFocused={place === focused}
                isFresh={event !== undefined && shown.fresh.has(keyOf(event))}
                focus={setFocused}
              />
            )
          })}
          <Spacer key="below" height={(length - to) * row} />
        </tbody>
      </table>
      {to > 0 && (from > 0 || to < length || !shown.isComplete) && (
        <p class="paper rest">{`Rows ${from + 1} to ${to} are on paper. A download has all.`}</p>
      )}
      {shown === pages && failure}
      {failure === null && !shown.isComplete && <p class="loading">Loading events…</p>}
      {isEmpty && <Empty {...{ view, now, navigate }} />}
    </div>
  )
}

const rowAt = (place: number) => `tr[aria-rowindex="${place + 2}"]`
