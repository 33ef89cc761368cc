/** Ways from an event to all that happened to its object, in its cycle and in its job. */
import type { ComponentChildren } from 'preact'
import { nameOf } from '../service/odata.ts'
import { rangeWith } from '../state/conditions.ts'
import { linkTo } from '../state/navigation.ts'
import { viewOf, weekAround, type Range, type Subject } from '../state/view.ts'
import type { TabProps } from './details.tsx'
import { follow } from '../parts/link.tsx'

export function Timelines({ event, view, navigate }: TabProps) {
  const object = event.sourceIdentity?.id || event.targetIdentity?.id
  const clean = { ...viewOf(''), utc: view.utc }
  const time = event.activityDateTime
  const range = 'last' in view.range ? rangeWith(time, view, Date.now()) : weekAround(time) // more than one cycle
  const ways: [text: ComponentChildren, id: string | null | undefined, kind: Subject['kind'], range: Range][] = [
    [
      <>
        All that happened to <bdi>{nameOf(event)}</bdi>
      </>,
      object,
      'object',
      { last: 'all' }
    ],
    ['Its cycle', event.cycleId, 'cycle', { last: 'all' }],
    ['Its job', event.jobId, 'job', range]
  ]
  return (
    <p class="buttons">
      {ways.map(([text, id, kind, range]) => {
        if (!id) return null
        const timeline = { ...clean, subject: { kind, id }, range }
        return (
          <a key={kind} class="button" href={linkTo(timeline)} onClick={follow(() => navigate(timeline))}>
            {text}
          </a>
        )
      })}
    </p>
  )
}
