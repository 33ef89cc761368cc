/** The properties that were changed: old and new side by side, what differs marked. */
import type { ComponentChildren } from 'preact'
import { useFirst } from '../parts/first.tsx'
import { wordOf } from '../parts/status.tsx'
import type { Change } from '../service/odata.ts'
import { differenceOf, looksLike, spelled } from './difference.ts'
import type { TabProps } from './details.tsx'

export function Properties({ event }: TabProps) {
  const changes = event.modifiedProperties ?? []
  const [first, more] = useFirst(changes)
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
          {first.map((change, place) => (
            <ChangeRow key={place} change={change} />
          ))}
        </tbody>
      </table>
      {more}
    </>
  )
}

function ChangeRow({ change: { displayName, oldValue, newValue } }: { change: Change }) {
  const values = [oldValue ?? '', newValue ?? ''] as const
  const [one, other] = (looksLike(...values) ? values.map(spelled) : values) as [string, string]
  const { before, removed, added, after } = differenceOf(one, other)
  const cell = (value: string | null | undefined, marked: ComponentChildren) => (
    <td dir="auto">
      {value ? [before, marked, after] : <span class="faint">{value === '' ? '(empty)' : '(none)'}</span>}
    </td>
  )
  return (
    <tr class={oldValue === newValue ? 'same' : ''}>
      <th scope="row" dir="auto">
        {displayName}
      </th>
      {cell(oldValue, removed && <del>{removed}</del>)}
      {cell(newValue, added && <ins>{added}</ins>)}
    </tr>
  )
}
