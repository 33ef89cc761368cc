/** Why an event did not succeed, and what to do about it. */
import { follow } from '../parts/link.tsx'
import { toneOf } from '../parts/status.tsx'
import { escaped } from '../service/odata.ts'
import { rangeWith } from '../state/conditions.ts'
import { linkTo } from '../state/navigation.ts'
import { viewOf, type View } from '../state/view.ts'
import { adviceFor } from './advice.ts'
import type { TabProps } from './details.tsx'
import { reasonOf } from './reason.ts'
import { Timelines } from './timelines.tsx'

/** Whose error it is, for people. */
const CATEGORIES = new Map(
  Object.entries<string>({
    failure: 'An error of the provisioning service',
    nonServiceFailure: 'An error of the other system or of its configuration, not of the provisioning service',
    success: 'No error'
  })
)

const OUTCOMES = new Map(
  Object.entries<string>({
    success: 'This went well: there is nothing to do.',
    skipped: 'Nothing was written: the object is out of scope, or source and target are the same already.',
    warning: 'The object was provisioned, but not everything went as planned. The steps say what.'
  })
)

export function Troubleshooting({ event, view, navigate }: TabProps) {
  const { status, errorCode, reason, additionalDetails, errorCategory, recommendedAction } = event.statusInfo ?? {}
  const advice = adviceFor(errorCode)
  const parts = reason ? reasonOf(reason) : undefined
  const step = event.provisioningSteps?.find((each) => each.status === status && status !== 'success')
  const range = rangeWith(event.activityDateTime, view, Date.now())
  const same: Partial<View> = { ...viewOf(''), utc: view.utc, range, errorCode: errorCode ?? undefined }
  // a reason of one line says more than what is known of its code
  const line = parts?.answer === undefined && parts?.lines.length === 1 ? parts.lines[0] : undefined
  const told = parts?.detail ?? additionalDetails ?? line ?? advice?.meaning ?? step?.description
  const what = told ?? parts?.lines[0] ?? (status && OUTCOMES.get(status))
  const skip = step?.details?.SkipReason
  return (
    <div class="trouble">
      <section class={`verdict ${toneOf(status)}`}>
        <h3>What happened</h3>
        <p class="what" dir="auto">
          {what ?? 'The event gives no reason.'}
        </p>
        {advice && advice.meaning !== what && <p>{advice.meaning}</p>}
        {step && (
          <p class="faint">
            In step {(event.provisioningSteps?.indexOf(step) ?? 0) + 1}
            {step.provisioningStepType ? ` (${step.provisioningStepType})` : ''}: <bdi>{step.description}</bdi>
          </p>
        )}
        {typeof skip === 'string' && <p>Reason: {skip}</p>}
      </section>
      {(recommendedAction || advice) && (
        <section class="recommended">
          <h3>What to do</h3>
          <p dir="auto">{recommendedAction || advice?.action}</p>
        </section>
      )}
      {errorCode && (
        <dl class="facts-list">
          <div>
            <dt>Error code</dt>
            <dd>
              <code>{errorCode}</code>{' '}
              <a href={linkTo(viewOf(''), same)} onClick={follow(() => navigate(same))}>
                All events with this code
              </a>
            </dd>
          </div>
          {errorCategory && (
            <div>
              <dt>Category</dt>
              <dd>{CATEGORIES.get(errorCategory) ?? errorCategory}</dd>
            </div>
          )}
        </dl>
      )}
      {parts && (
        <details>
          <summary>The whole reason</summary>
          <p class="lines" dir="auto">
            {parts.lines.join('\n')}
          </p>
          {parts.answer !== undefined && <pre class="json">{escaped(JSON.stringify(parts.answer, null, 2))}</pre>}
        </details>
      )}
      <Timelines {...{ event, view, navigate }} />
    </div>
  )
}
