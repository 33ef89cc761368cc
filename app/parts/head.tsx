/** The head of the table of events. */
import type { Shown } from '../state/navigation.ts'
import { zone } from './time.tsx'

export function Head({ view, navigate }: Omit<Shown, 'now'>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" class="time" aria-sort={view.oldestFirst ? 'ascending' : 'descending'}>
          <button
            type="button"
            class="quiet"
            title={`Times in ${view.utc ? 'UTC' : zone}`}
            onClick={() => navigate({ oldestFirst: !view.oldestFirst })}
          >
            Time {view.utc ? '(UTC)' : ''} <span aria-hidden="true">{view.oldestFirst ? '↑' : '↓'}</span>
          </button>
        </th>
        <th scope="col">Identity</th>
        <th scope="col" class="action">
          Action
        </th>
        <th scope="col" class="system">
          Source system
        </th>
        <th scope="col" class="system">
          Target system
        </th>
        <th scope="col" class="result">
          Status
        </th>
      </tr>
    </thead>
  )
}
