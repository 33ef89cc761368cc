/** Ways from an event to all that happened to its object, in its cycle and in its job. */
import { nameOf } from '../service/odata.ts'
import { linkTo } from '../state/navigation.ts'
import { DEFAULT_RANGE, type View, viewOf } from '../state/view.ts'
import type { TabProps } from './details.tsx'
import { follow } from '../parts/link.tsx'

export function Timelines({ event, view, navigate }: TabProps) {
  const object = event.sourceIdentity?.id || event.targetIdentity?.id
  const clean = { ...viewOf(''), utc: view.utc }
  const ways: [text: string, change: Partial<View>][] = [
    ...(object
      ? [
          [
            `All that happened to ${nameOf(event)}`,
            { subject: { kind: 'object', id: object }, range: { last: 'all' } }
          ] as [string, Partial<View>]
        ]
      : []),
    ...(event.cycleId
      ? [
          ['Its cycle', { subject: { kind: 'cycle', id: event.cycleId }, range: { last: 'all' } }] as [
            string,
            Partial<View>
          ]
        ]
      : []),
    ...(event.jobId
      ? [
          [
            'Its job',
            { subject: { kind: 'job', id: event.jobId }, range: 'last' in view.range ? view.range : DEFAULT_RANGE }
          ] as [string, Partial<View>]
        ]
      : [])
  ]
  return (
    <p class="buttons">
      {ways.map(([text, change]) => (
        <a
          key={text}
          class="button"
          href={linkTo(clean, change)}
          onClick={follow(() => navigate({ ...clean, ...change }))}
        >
          {text}
        </a>
      ))}
    </p>
  )
}
