/** The cycles of one job. */
import { readCycles } from '../service/cycles.ts'
import { useAnswer } from '../state/answer.ts'
import { filterOf } from '../state/conditions.ts'
import { linkTo, type Shown } from '../state/navigation.ts'
import type { View } from '../state/view.ts'
import { Empty } from './empty.tsx'
import { follow } from './link.tsx'
import { Failure } from './states.tsx'
import { eventsText, Legend, rank } from './status.tsx'
import { durationText, Time } from './time.tsx'

export function Cycles({ view, now, navigate }: Shown) {
  const { value, error, isLoading, retry } = useAnswer(`${filterOf(view, now)} ${now}`, (signal) =>
    readCycles(view, now, signal)
  )
  if (error !== undefined && !value) return <Failure error={error} of="The cycles" {...{ isLoading, retry }} />
  if (!value) return <p class="loading">Loading cycles…</p>
  if (!value.length) return <Empty {...{ view, now, navigate }} />
  return (
    <ol class="cycles">
      {value.map(({ id, first, last, counts, events }) => {
        const open: Partial<View> = { subject: { kind: 'cycle', id }, range: { last: 'all' } }
        const text = `${eventsText(events)} in ${durationText(Date.parse(last) - Date.parse(first))}`
        return (
          <li key={id} class={counts.get('failure') ? 'failure' : 'success'}>
            <div class="moment">
              <span class="when">
                <Time time={first} utc={view.utc} />
              </span>
              <div>
                {id ? (
                  <a href={linkTo(view, open)} onClick={follow(() => navigate(open))}>
                    {text}
                  </a>
                ) : (
                  text
                )}
                <p class="counts">
                  {[...counts]
                    .sort(([one], [other]) => rank(one) - rank(other))
                    .map(([status, count]) => (
                      <Legend key={status} {...{ status, count }} />
                    ))}
                </p>
                <code class="faint">{id || 'Events without a cycle'}</code>
              </div>
            </div>
          </li>
        )
      })}
    </ol>
  )
}
