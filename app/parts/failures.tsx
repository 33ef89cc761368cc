/** Failures by error code: how many, whom they concern, and what to do about each. */
import { adviceFor } from '../details/advice.ts'
import { readFailures, type FailureGroup } from '../service/failures.ts'
import { useAnswer } from '../state/answer.ts'
import { filterOf } from '../state/conditions.ts'
import { linkTo, type Navigate, type Shown } from '../state/navigation.ts'
import type { View } from '../state/view.ts'
import { follow } from './link.tsx'
import { Failure, Message } from './states.tsx'
import { eventsText, wordOf } from './status.tsx'
import { Time } from './time.tsx'

export function Failures({ view, now, navigate }: Shown) {
  const key = `${filterOf(view, now)} ${now}`
  const { value, error, isLoading, retry } = useAnswer(key, (signal) => readFailures(view, now, signal))
  if (error !== undefined && !value) return <Failure error={error} of="The failures" {...{ isLoading, retry }} />
  if (!value) return <p class="loading">Loading failures…</p>
  if (!value.length)
    return (
      <Message title="Nothing failed" role="status">
        <p>There are no failures among the events of this view.</p>
      </Message>
    )
  const most = value[0]?.events ?? 1
  return (
    <ul class="failures" aria-label="Failures by error code" aria-busy={isLoading}>
      {value.map((group) => (
        <Group key={group.errorCode} {...{ group, most, view, navigate }} />
      ))}
    </ul>
  )
}

interface GroupProps {
  group: FailureGroup
  /** The number of events of the largest group. */
  most: number
  view: View
  navigate: Navigate
}

function Group({ group, most, view, navigate }: GroupProps) {
  const { errorCode, events, objects, first, last, recommendedAction } = group
  const advice = adviceFor(errorCode)
  const shown: Partial<View> = { list: 'events', errorCode, chosen: { ...view.chosen, status: ['failure'] } }
  return (
    <li>
      <div class="line">
        <h2>{errorCode === null ? 'No error code' : errorCode || wordOf(errorCode)}</h2>
        <a href={linkTo(view, shown)} onClick={follow(() => navigate(shown))}>
          {eventsText(events)}
        </a>
      </div>
      <div class="share">
        <div style={{ width: `${(100 * events) / most}%` }} />
      </div>
      {advice && <p>{advice.meaning}</p>}
      <p class="todo">
        <b>What to do:</b>{' '}
        {recommendedAction ?? advice?.action ?? 'Open an event: its reason says what the other system answered.'}
      </p>
      <p class="faint">
        {objects.toLocaleString('en')} {objects === 1 ? 'object' : 'objects'}, first{' '}
        <Time time={first} utc={view.utc} />, last <Time time={last} utc={view.utc} />
      </p>
    </li>
  )
}
