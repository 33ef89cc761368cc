/** A row of the table of events. */
import { useRef } from 'preact/hooks'
import { nameOf, tenantOf, type Event as LogEvent } from '../service/odata.ts'
import type { View } from '../state/view.ts'
import { Status, wordOf } from './status.tsx'
import { Tenant } from './tenant.tsx'
import { Time } from './time.tsx'

/** Stands for rows that cannot be seen. */
export function Spacer({ height }: { height: number }) {
  return (
    <tr class="spacer" aria-hidden="true">
      <td style={{ height: `${height}px` }} />
    </tr>
  )
}

interface RowProps {
  place: number
  event: LogEvent | undefined
  view: View
  isFocused: boolean
  /** Whether it has just come in. */
  isFresh: boolean
  focus: (place: number) => void
  /** @param isApart whether it is opened in a tab of the browser of its own */
  open: (event: LogEvent, isApart: boolean) => void
}

export function Row({ place, event, view, isFocused, isFresh, focus, open }: RowProps) {
  const isOpen = event !== undefined && event.id === view.event && tenantOf(event) === view.tenant
  const pressedAt = useRef(0)
  const onClick = ({ clientX, ctrlKey, metaKey }: MouseEvent) => {
    const isSelecting = Math.abs(clientX - pressedAt.current) > 4 && !getSelection()?.isCollapsed // text to be copied
    if (event && !isSelecting) open(event, ctrlKey || metaKey)
  }
  const onKeyDown = (pressed: KeyboardEvent) => {
    if (!event || (pressed.key !== 'Enter' && pressed.key !== ' ')) return
    pressed.preventDefault()
    open(event, pressed.ctrlKey || pressed.metaKey)
  }
  return (
    <tr
      aria-rowindex={place + 2}
      tabIndex={isFocused ? 0 : -1}
      class={isOpen ? 'open' : isFresh ? 'fresh' : undefined}
      aria-label={
        event && `${nameOf(event)}, ${event.action ?? 'no action'}, ${event.statusInfo?.status ?? 'no status'}`
      }
      onFocus={() => focus(place)}
      onPointerDown={({ clientX }) => (pressedAt.current = clientX)}
      onClick={onClick}
      onKeyDown={onKeyDown}
    >
      {event ? (
        <>
          <td class="time">
            <Time time={event.activityDateTime} utc={view.utc} />
          </td>
          <td class="identity" title={nameOf(event)}>
            <bdi class="name">{nameOf(event)}</bdi> <Tenant of={event} />
            <span class="also">
              <bdi>{wordOf(event.action)}</bdi> · <bdi>{event.targetSystem?.displayName ?? 'unknown system'}</bdi>
            </span>
          </td>
          <td class="action">{wordOf(event.action)}</td>
          {[event.sourceSystem, event.targetSystem].map((system, place) => {
            const name = system?.displayName ?? undefined
            return (
              <td key={place} class="system" dir="auto" title={name}>
                {name}
              </td>
            )
          })}
          <td class="result" title={event.statusInfo?.errorCode ?? undefined}>
            <Status status={event.statusInfo?.status} /> <span class="code">{event.statusInfo?.errorCode}</span>
          </td>
        </>
      ) : (
        <td class="unread" />
      )}
    </tr>
  )
}
