/** The page: what happened to this person, and why did it fail? */
import { render } from 'preact'
import { Filters } from './parts/filters.tsx'
import { Histogram } from './parts/histogram.tsx'
import { RangeChoice } from './parts/range.tsx'
import { Search } from './parts/search.tsx'
import { Table } from './parts/table.tsx'
import { ThemeSwitch } from './parts/theme.tsx'
import { useView } from './state/navigation.ts'

function App() {
  const { view, now, navigate, refresh } = useView()
  return (
    <>
      <header>
        <h1>Provisioning log</h1>
        <Search {...{ view, navigate }} />
        <div class="switches">
          <button
            type="button"
            class="quiet"
            aria-pressed={view.utc}
            onClick={() => navigate({ utc: !view.utc })}
            title="Local time or UTC"
          >
            UTC
          </button>
          <ThemeSwitch />
        </div>
      </header>
      <div class="bar">
        <RangeChoice {...{ view, now, navigate }} />
        <button type="button" class="quiet" onClick={refresh}>
          Refresh
        </button>
      </div>
      <div class="columns">
        <Filters {...{ view, now, navigate }} />
        <main>
          <Histogram {...{ view, now, navigate }} />
          <Table {...{ view, now, navigate }} />
        </main>
      </div>
    </>
  )
}

const place = document.getElementById('page')
if (place) render(<App />, place)
