/** No events: because there are none at all, or because of the range of time, or of the filters. */
import { LOG, url, type Page } from '../service/odata.ts'
import { addressOf, json } from '../service/request.ts'
import { useAnswer } from '../state/answer.ts'
import type { Shown } from '../state/navigation.ts'
import { SampleOffer } from '../sample/offer.tsx'
import { isFiltered, withoutFilters } from '../state/view.ts'
import { Message } from './states.tsx'
import { timeText } from './time.tsx'

const DAY = 86_400_000 // ms

export function Empty({ view, now, navigate }: Shown) {
  const newest = { $top: '1', $select: 'activityDateTime' }
  const { value } = useAnswer(String(now), (signal) =>
    json<Page<{ activityDateTime: string }>>(url(LOG, newest), { signal })
  )
  if (!value) return null
  const last = value.value[0]?.activityDateTime
  if (last === undefined) return <EmptyLog filled={() => navigate({ range: { last: '30d' } })} />
  const end = Date.parse(last) + 1
  const around = { from: new Date(end - 7 * DAY).toISOString(), to: new Date(end).toISOString() }
  return (
    <Message title="No events match" role="status">
      <p>
        The newest event of the log is of {timeText(last, view.utc)}
        {view.utc ? ' UTC' : ''}.
      </p>
      <p class="buttons">
        {isFiltered(view) && (
          <button type="button" onClick={() => navigate(withoutFilters(view))}>
            Clear all filters
          </button>
        )}
        <button type="button" onClick={() => navigate({ range: around })}>
          Show the last days with events
        </button>
        <button type="button" onClick={() => navigate({ range: { last: 'all' } })}>
          All time
        </button>
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
