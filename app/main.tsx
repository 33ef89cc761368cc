/** The page: what happened to this person, and why did it fail? */
import { render } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Details } from './details/details.tsx'
import { Download } from './parts/download.tsx'
import { Failures } from './parts/failures.tsx'
import { Filters, FiltersButton } from './parts/filters.tsx'
import { Histogram } from './parts/histogram.tsx'
import { follow } from './parts/link.tsx'
import { rangeText, RangeChoice } from './parts/range.tsx'
import { Search } from './parts/search.tsx'
import { showPlainTexts } from './parts/plain.ts'
import { wordOf } from './parts/status.tsx'
import { Table } from './parts/table.tsx'
import { ThemeSwitch } from './parts/theme.tsx'
import { zone } from './parts/time.tsx'
import { Timeline } from './parts/timeline.tsx'
import { Account, Gate } from './session/gate.tsx'
import { linkTo, useView } from './state/navigation.ts'
import { useTitle } from './state/title.ts'
import { DEFAULT_RANGE, FACETS, type View } from './state/view.ts'

/** How often the numbers are counted again while events come in, in milliseconds. */
const COUNTED = 10_000

const LISTS: Record<View['list'], string> = { events: 'Events', failures: 'Failures by error' }

/** What a list shows, in words. */
function titleOf(view: View) {
  const { search, errorCode, list } = view
  const values = FACETS.flatMap((facet) => view.chosen[facet].map(wordOf))
  const filters = [search, ...values, errorCode === undefined ? '' : wordOf(errorCode)].filter(Boolean).join(', ')
  return [filters, LISTS[list], rangeText(view)].filter(Boolean).join(' – ')
}

function App() {
  const { view, now, navigate, refresh } = useView()
  const [isOpen, setOpen] = useState(false)
  const [isInterrupted, setInterrupted] = useState(false)
  const [news, setNews] = useState({ text: '', countedAt: 0 })
  const arrived = (count: number) =>
    setNews(({ countedAt }) => ({
      text: `${count} new ${count === 1 ? 'event' : 'events'}.`,
      countedAt: Date.now() - countedAt > COUNTED ? Date.now() : countedAt
    }))
  const goLive = () =>
    navigate({ live: !view.live, oldestFirst: false, ...('from' in view.range && { range: DEFAULT_RANGE }) })
  const title = titleOf(view)
  useTitle(0, title)
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    // where what had the focus is gone, the keyboard and screen readers go on with what has come instead
    if (!isFirst.current && document.activeElement === document.body) main.current?.focus()
    isFirst.current = false
  }, [view])
  const isTable = view.list === 'events' && !view.subject
  const shown = { view, now, navigate }
  const counted = { ...shown, now: Math.max(now, news.countedAt) }
  return (
    <>
      <header>
        <button type="button" class="skip" onClick={() => main.current?.focus()}>
          Skip to the {view.subject ? 'timeline' : 'list'}
        </button>
        <h1>Provisioning log</h1>
        <p class="paper">
          {title} – times in {view.utc ? 'UTC' : zone}
        </p>
        <Search {...shown} />
        <div class="switches">
          <button
            type="button"
            class="quiet"
            aria-pressed={view.utc}
            onClick={() => navigate({ utc: !view.utc })}
            title="Show times in UTC"
          >
            UTC
          </button>
          <ThemeSwitch />
          <Account />
        </div>
      </header>
      <section class="bar" aria-label="View">
        <RangeChoice {...shown} />
        {view.errorCode !== undefined && (
          <span class="chip">
            Error code <bdi>{view.errorCode || wordOf(view.errorCode)}</bdi>
            <button
              type="button"
              class="quiet"
              aria-label="Any error code"
              title="Any error code"
              onClick={() => navigate({ errorCode: undefined })}
            >
              ✕
            </button>
          </span>
        )}
        <FiltersButton {...{ view, isOpen }} toggle={() => setOpen(!isOpen)} />
        <button type="button" class="quiet" onClick={refresh}>
          Refresh
        </button>
        {isTable && (
          <button
            type="button"
            class="quiet live"
            aria-pressed={view.live}
            onClick={goLive}
            title="Show events as they come in"
          >
            Live
          </button>
        )}
        {isTable && isInterrupted && (
          <span class="faint" role="status">
            Live is interrupted. Trying again…
          </span>
        )}
        <Download {...shown} />
        <span class="hidden" role="status">
          {view.live ? news.text : ''}
        </span>
      </section>
      <div class="columns">
        <Filters {...counted} {...{ isOpen }} />
        <main ref={main} tabIndex={-1} aria-label={view.subject ? 'Timeline' : LISTS[view.list]}>
          {view.subject ? (
            <Timeline {...shown} />
          ) : (
            <>
              <nav class="lists" aria-label="Lists">
                {Object.entries(LISTS).map(([list, title]) => (
                  <a
                    key={list}
                    href={linkTo(view, { list: list as View['list'] })}
                    aria-current={view.list === list ? 'page' : undefined}
                    onClick={follow(() => navigate({ list: list as View['list'] }))}
                  >
                    {title}
                  </a>
                ))}
              </nav>
              <Histogram {...counted} />
              {view.list === 'failures' ? (
                <Failures {...shown} />
              ) : (
                <Table {...shown} {...{ refresh, arrived }} interrupted={setInterrupted} />
              )}
            </>
          )}
        </main>
      </div>
      {view.event && <Details {...shown} />}
    </>
  )
}

showPlainTexts()
const place = document.getElementById('page')
if (place)
  render(
    <Gate>
      <App />
    </Gate>,
    place
  )
