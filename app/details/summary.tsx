/** All that is known of an event besides steps and properties, with ways to the timelines that it is part of. */
import type { ComponentChildren } from 'preact'
import { Time, durationText, timeText, zone } from '../parts/time.tsx'
import type { Identity, System } from '../service/odata.ts'
import type { TabProps } from './details.tsx'
import { Copy } from './copy.tsx'
import { Members } from './members.tsx'
import { Timelines } from './timelines.tsx'

export function Summary({ event, view, navigate }: TabProps) {
  const { initiatedBy, durationInMilliseconds: duration } = event
  return (
    <>
      <Timelines {...{ event, view, navigate }} />
      <dl class="facts-list">
        <Fact name="Time">
          <Time time={event.activityDateTime} utc={view.utc} />{' '}
          <span class="faint">
            {view.utc
              ? `${timeText(event.activityDateTime, false)} ${zone}`
              : `${timeText(event.activityDateTime, true)} UTC`}
          </span>
        </Fact>
        <Fact name="Duration">{typeof duration === 'number' ? durationText(duration) : null}</Fact>
        <Fact name="Initiated by">
          {[initiatedBy?.displayName, initiatedBy?.initiatorType, initiatedBy?.id].filter(Boolean).join(', ')}
        </Fact>
        <Id name="Event id" id={event.id} />
        <Id name="Change id" id={event.changeId} />
        <Id name="Cycle id" id={event.cycleId} />
        <Id name="Job id" id={event.jobId} />
        <Id name="Tenant id" id={event.tenantId} />
      </dl>
      <div class="pair">
        <Thing title="Source identity" of={event.sourceIdentity} />
        <Thing title="Target identity" of={event.targetIdentity} />
        <Thing title="Source system" of={event.sourceSystem} />
        <Thing title="Target system" of={event.targetSystem} />
      </div>
    </>
  )
}

function Id({ name, id }: { name: string; id: string | null | undefined }) {
  return (
    <Fact name={name}>
      {id && (
        <>
          <code>{id}</code> <Copy text={id} name={name.toLowerCase()} />
        </>
      )}
    </Fact>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === null || children === undefined || children === '') return null
  return (
    <div>
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  )
}

function Thing({ title, of }: { title: string; of: Identity | System | null | undefined }) {
  if (!of) return null
  const { details, ...members } = of
  const own = Object.entries({
    Name: members.displayName,
    Id: members.id,
    ...('identityType' in members && { Type: members.identityType })
  })
  return (
    <section>
      <h3>{title}</h3>
      <Members own={own.filter(([, value]) => value)} of={details} />
    </section>
  )
}
