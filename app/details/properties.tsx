/** The properties that were changed: old and new side by side, what differs marked. */
import { wordOf } from '../parts/status.tsx'
import type { Change } from '../service/odata.ts'
import { differenceOf } from './difference.ts'
import type { TabProps } from './details.tsx'

export function Properties({ event }: TabProps) {
  const changes = event.modifiedProperties ?? []
  if (!changes.length) return <p class="faint">No properties were changed.</p>
  const differing = changes.filter(({ oldValue, newValue }) => oldValue !== newValue).length
  return (
    <>
      <p class="faint">
        {differing} of {changes.length} properties differ. Action: {wordOf(event.action)}.
      </p>
      <table class="changes">
        <thead>
          <tr>
            <th scope="col">Property</th>
            <th scope="col">Old value</th>
            <th scope="col">New value</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change, place) => (
            <ChangeRow key={place} change={change} />
          ))}
        </tbody>
      </table>
    </>
  )
}

function ChangeRow({ change: { displayName, oldValue, newValue } }: { change: Change }) {
  const isSame = oldValue === newValue
  const { before, removed, added, after } = differenceOf(oldValue ?? '', newValue ?? '')
  const none = <span class="faint">(none)</span>
  return (
    <tr class={isSame ? 'same' : ''}>
      <th scope="row">{displayName}</th>
      <td>
        {oldValue === null || oldValue === undefined ? (
          none
        ) : (
          <>
            {before}
            {removed && <del>{removed}</del>}
            {after}
          </>
        )}
      </td>
      <td>
        {newValue === null || newValue === undefined ? (
          none
        ) : (
          <>
            {before}
            {added && <ins>{added}</ins>}
            {after}
          </>
        )}
      </td>
    </tr>
  )
}
