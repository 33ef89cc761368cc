/** No events: because there are none at all, or because of the range of time, or of the filters. */
import { LOG, url, type Page } from '../service/odata.ts'
import { addressOf, json } from '../service/request.ts'
import { useAnswer } from '../state/answer.ts'
import { filterOf } from '../state/conditions.ts'
import type { Shown } from '../state/navigation.ts'
import { SampleOffer } from '../sample/offer.tsx'
import { instant, isFiltered, RELATIVE, withoutFilters } from '../state/view.ts'
import { Message } from './states.tsx'
import { timeText } from './time.tsx'

export function Empty({ view, now, navigate }: Shown) {
  const $filter = filterOf({ ...view, range: { last: 'all' } }, now)
  const { value, error, isLoading } = useAnswer(`${$filter} ${now}`, (signal) =>
    json<Page<{ activityDateTime: string }>>(url(LOG, { $filter, $top: '1', $select: 'activityDateTime' }), { signal })
  )
  if (isLoading && error === undefined) return null
  const newest = value?.value[0]?.activityDateTime
  const isEmptyLog = value !== undefined && newest === undefined && $filter === undefined
  if (isEmptyLog) return <EmptyLog filled={() => navigate({ range: { last: '30d' } })} />
  const showLast = (time: string) => {
    const end = Date.parse(time) + 1
    navigate({ range: { from: instant(end - RELATIVE['7d']), to: instant(end) } })
  }
  return (
    <Message title="No events match" role="status">
      {newest !== undefined && (
        <p>
          The newest event {$filter === undefined ? 'of the log' : 'that matches'} is of {timeText(newest, view.utc)}
          {view.utc ? ' UTC' : ''}.
        </p>
      )}
      {value !== undefined && newest === undefined && <p>There is none in the whole log.</p>}
      <p class="buttons">
        {isFiltered(view) && (
          <button type="button" onClick={() => navigate(withoutFilters(view))}>
            Clear all filters
          </button>
        )}
        {newest !== undefined && (
          <button type="button" onClick={() => showLast(newest)}>
            Show the last days with events
          </button>
        )}
        {(newest !== undefined || error !== undefined) && (
          <button type="button" onClick={() => navigate({ range: { last: 'all' } })}>
            All time
          </button>
        )}
      </p>
    </Message>
  )
}

function EmptyLog({ filled }: { filled: () => void }) {
  return (
    <Message title="The log is empty" role="status">
      <p>
        Events appear here when a provisioning engine posts them to <code>{addressOf(LOG)}</code>.
      </p>
      <SampleOffer done={filled} />
    </Message>
  )
}
