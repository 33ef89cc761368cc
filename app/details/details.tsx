/** An event with all that is known of it, in tabs, beside the list. */
import { useEffect, useRef } from 'preact/hooks'
import { Failure } from '../parts/states.tsx'
import { Status, toneOf, wordOf } from '../parts/status.tsx'
import { Systems } from '../parts/systems.tsx'
import { Time } from '../parts/time.tsx'
import { keyOf, LOG, nameOf, principalOf, type Event as LogEvent } from '../service/odata.ts'
import { json } from '../service/request.ts'
import { useAnswer } from '../state/answer.ts'
import { literal } from '../state/conditions.ts'
import type { Shown } from '../state/navigation.ts'
import { useTitle } from '../state/title.ts'
import { TABS, type Tab, type View } from '../state/view.ts'
import { Json } from './json.tsx'
import { Properties } from './properties.tsx'
import { Steps } from './steps.tsx'
import { Summary } from './summary.tsx'
import { Troubleshooting } from './troubleshooting.tsx'

const TITLES: Record<Tab, string> = {
  steps: 'Steps',
  troubleshooting: 'Troubleshooting & Recommendations',
  properties: 'Modified properties',
  summary: 'Summary',
  json: 'JSON'
}

type Props = Omit<Shown, 'now'>

/** What each tab shows an event with. */
export interface TabProps extends Props {
  event: LogEvent
}

const CONTENTS = {
  steps: Steps,
  troubleshooting: Troubleshooting,
  properties: Properties,
  summary: Summary,
  json: Json
}

export function Details({ view, navigate }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const address = addressOf(view)
  const {
    value: event,
    error,
    isLoading,
    retry
  } = useAnswer(address, (signal) => json<LogEvent>(address, { signal, exact: true }))
  useEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    return () => {
      // a dialog that is closed gives the focus back itself; one that goes with Back does not
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  const close = () => navigate({ event: undefined, tenant: undefined, tab: undefined })
  const isShown = event?.id === view.event ? event : undefined
  const principal = isShown && principalOf(isShown)
  useTitle(2, isShown && `${nameOf(isShown)}: ${wordOf(isShown.action)}, ${wordOf(isShown.statusInfo?.status)}`)
  /** Who selects a text, and lets go of it beside the dialog, does not mean what is there. */
  const isPressedBeside = useRef(false)
  const onClick = ({ target, clientX, clientY }: MouseEvent) => {
    if (target !== dialog.current || !isPressedBeside.current) return
    const row = rowAt(clientX, clientY)
    if (row && !row.matches('.open')) row.click()
    else close()
  }
  return (
    <dialog
      ref={dialog}
      class="details"
      aria-labelledby="details-title"
      onClose={close}
      onPointerDown={({ target }) => (isPressedBeside.current = target === dialog.current)}
      onClick={onClick}
    >
      <div class="sheet">
        <header>
          <div>
            <h2 id="details-title">
              <bdi>{isShown ? nameOf(isShown) : 'Event'}</bdi>
            </h2>
            {isShown && (
              <p class="facts">
                <Status status={isShown.statusInfo?.status} />
                <span>{wordOf(isShown.action)}</span>
                <span>
                  <Systems of={isShown} />
                </span>
                <Time time={isShown.activityDateTime} utc={view.utc} />
                {view.tenant !== undefined && <span>Tenant {view.tenant}</span>}
                {principal && (
                  <span>
                    <bdi>{principal}</bdi>
                  </span>
                )}
              </p>
            )}
          </div>
          <button type="button" class="quiet" aria-label="Close" title="Close (Escape)" onClick={close}>
            ✕
          </button>
        </header>
        {isShown && !error ? <Tabs key={keyOf(isShown)} event={isShown} {...{ view, navigate }} /> : null}
        {error ? <Failure error={error} of="The event" {...{ isLoading, retry }} /> : null}
        {!isShown && isLoading && !error ? <p class="loading">Loading the event…</p> : null}
      </div>
    </dialog>
  )
}

/** The row of the list that is seen beside the dialog at a point, where people click to see the next event. */
function rowAt(x: number, y: number): HTMLElement | undefined {
  const list = document.querySelector('.scroller')
  const place = list?.getBoundingClientRect()
  const top = list?.querySelector('th')?.getBoundingClientRect().bottom ?? Infinity
  if (!list || !place || x < place.left || x > place.right || y < top || y > place.bottom) return undefined
  return [...list.querySelectorAll<HTMLElement>('tbody tr[tabindex]')].find((row) => {
    const { top, bottom } = row.getBoundingClientRect()
    return y >= top && y < bottom
  })
}

/** The address of the event: by its id, and by its tenant where several may have that id. */
function addressOf({ event = '', tenant }: View) {
  const key = tenant === undefined ? literal(event) : `id=${literal(event)},tenantId=${literal(tenant)}`
  return `${LOG}(${encodeURIComponent(key)})`
}

/** The tab that tells most: the reason, if the event did not succeed. */
function bestTab({ statusInfo }: LogEvent): Tab {
  return toneOf(statusInfo?.status) === 'success' ? 'steps' : 'troubleshooting'
}

function Tabs({ event, view, navigate }: TabProps) {
  const list = useRef<HTMLDivElement>(null)
  const chosen = view.tab ?? bestTab(event)
  const Content = CONTENTS[chosen]
  const choose = (tab: Tab) => navigate({ tab }, 'replace')
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [chosen])
  const onKeyDown = (pressed: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[pressed.key]
    const place = { Home: 0, End: TABS.length - 1 }[pressed.key]
    if (step === undefined && place === undefined) return
    pressed.preventDefault()
    const next = place ?? (TABS.indexOf(chosen) + (step ?? 0) + TABS.length) % TABS.length
    choose(TABS[next] as Tab)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus()
  }
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Details" ref={list} onKeyDown={onKeyDown}>
        {TABS.map((tab) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`tab-${tab}`}
            aria-selected={tab === chosen}
            aria-controls="tab-content"
            tabIndex={tab === chosen ? 0 : -1}
            onClick={() => choose(tab)}
          >
            {TITLES[tab]}
          </button>
        ))}
      </div>
      <div class="content" role="tabpanel" id="tab-content" aria-labelledby={`tab-${chosen}`} tabIndex={0}>
        <Content {...{ event, view, navigate }} />
      </div>
    </>
  )
}
