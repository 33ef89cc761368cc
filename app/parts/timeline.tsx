/** All that happened to one object, in one cycle or in one job, in the order in which it happened. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { keyOf, nameOf, tenantOf, type Event as LogEvent } from '../service/odata.ts'
import { linkTo, type Navigate, type Shown } from '../state/navigation.ts'
import { SELECT, usePages } from '../state/pages.ts'
import { useTitle } from '../state/title.ts'
import type { View } from '../state/view.ts'
import { Cycles } from './cycles.tsx'
import { Empty } from './empty.tsx'
import { follow } from './link.tsx'
import { Failure } from './states.tsx'
import { Status, toneOf, wordOf } from './status.tsx'
import { Systems } from './systems.tsx'
import { Tenant } from './tenant.tsx'
import { durationText, Time, timeText } from './time.tsx'

const TITLES = { object: 'Everything that happened to', cycle: 'Cycle', job: 'The cycles of job' }

export function Timeline({ view, now, navigate }: Shown) {
  const { subject } = view
  if (!subject) return null
  const back: Partial<View> = { subject: undefined }
  return (
    <section class="timeline" aria-label="Timeline">
      <p>
        <a href={linkTo(view, back)} onClick={follow(() => navigate(back))}>
          ‹ All events
        </a>
      </p>
      {subject.kind === 'job' ? (
        <>
          <Heading title={TITLES.job} id={subject.id} />
          <Cycles {...{ view, now, navigate }} />
        </>
      ) : (
        <Moments key={subject.id} {...{ view, now, navigate }} title={TITLES[subject.kind]} id={subject.id} />
      )}
    </section>
  )
}

function Heading({ title, id, name }: { title: string; id: string; name?: string | undefined }) {
  useTitle(1, `${title} ${name ?? id}`)
  return (
    <>
      <h2>
        {title} {name === undefined ? <code>{id}</code> : <bdi>{name}</bdi>}
      </h2>
      {name !== undefined && <code class="faint">{id}</code>}
    </>
  )
}

function Moments({ view, now, navigate, title, id }: Shown & { title: string; id: string }) {
  const { pages, shown } = usePages(
    view,
    now,
    `${SELECT},durationInMilliseconds,modifiedProperties($select=displayName)`
  )
  const [wanted, setWanted] = useState(0)
  useEffect(() => shown.look(0, wanted)) // it does nothing where all is there
  const list = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const scroller = list.current?.parentElement
    if (!scroller) return
    scroller.scrollTop = pages.reading.top
    const onScroll = () => {
      if (list.current) pages.reading.top = scroller.scrollTop // and not of what comes in its place
    }
    scroller.addEventListener('scroll', onScroll, { passive: true })
    return () => scroller.removeEventListener('scroll', onScroll)
  }, [pages])
  const events = Array.from({ length: shown.length }, (_, place) => shown.at(place)).filter(
    (event) => event !== undefined
  )
  const name = view.subject?.kind === 'object' && events[0] ? nameOf(events[0]) : undefined
  return (
    <>
      <Heading {...{ title, id, name }} />
      <ol ref={list}>
        {events.map((event, place) => (
          <Moment
            key={keyOf(event)}
            {...{ event, view, navigate }}
            isNewDay={dayOf(event, view) !== dayOf(events[place - 1], view)}
          />
        ))}
      </ol>
      {pages.error !== undefined ? (
        <Failure error={pages.error} of="The timeline" isLoading={pages.isRetrying} retry={() => pages.retry()} />
      ) : null}
      {!shown.isComplete && shown.length > 0 && (
        <button type="button" onClick={() => setWanted(shown.length)}>
          Show more
        </button>
      )}
      {!shown.isComplete && !shown.length && pages.error === undefined && <p class="loading">Loading events…</p>}
      {shown.isComplete && !shown.length && <Empty {...{ view, now, navigate }} />}
    </>
  )
}

const dayOf = (event: LogEvent | undefined, { utc }: View) =>
  event && timeText(event.activityDateTime, utc).slice(0, 10)

/** How many of the changed properties are named. */
const FEW = 4

/** The name of an attribute without the URN of its SCIM schema. */
const shortName = (name: string | null | undefined) => name?.replace(/^urn:.*:/, '') ?? '?'

interface MomentProps {
  event: LogEvent
  view: View
  navigate: Navigate
  isNewDay: boolean
}

function Moment({ event, view, navigate, isNewDay }: MomentProps) {
  const open: Partial<View> = { event: event.id, tenant: tenantOf(event), tab: undefined }
  const changed = event.modifiedProperties?.map(({ displayName }) => shortName(displayName)) ?? []
  const status = event.statusInfo?.status
  return (
    <li class={toneOf(status)}>
      {isNewDay && <h3>{dayOf(event, view)}</h3>}
      <div class="moment">
        <span class="when">
          <Time time={event.activityDateTime} utc={view.utc} isClock />
        </span>
        <div>
          <a href={linkTo(view, open)} onClick={follow(() => navigate(open))}>
            {view.subject?.kind !== 'object' && (
              <>
                <bdi>{nameOf(event)}</bdi>:{' '}
              </>
            )}
            <bdi>{wordOf(event.action)}</bdi>, <Systems of={event} />
          </a>{' '}
          <Tenant of={event} /> <Status status={status} />{' '}
          {event.statusInfo?.errorCode && <code>{event.statusInfo.errorCode}</code>}
          <p class="faint">
            {[
              changed.slice(0, FEW).join(', ') + (changed.length > FEW ? ` and ${changed.length - FEW} more` : ''),
              typeof event.durationInMilliseconds === 'number' && durationText(event.durationInMilliseconds)
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
      </div>
    </li>
  )
}
