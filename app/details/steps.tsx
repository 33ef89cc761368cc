/** The steps that were taken, in their order. */
import { useFirst } from '../parts/first.tsx'
import { Status } from '../parts/status.tsx'
import type { Step } from '../service/odata.ts'
import type { TabProps } from './details.tsx'
import { Members } from './members.tsx'
import { Timelines } from './timelines.tsx'

/** The names of the kinds of steps, for people. */
const KINDS = new Map(
  Object.entries<string>({
    import: 'Import: read from the source',
    scoping: 'Scoping: is it in scope?',
    matching: 'Matching: is it in the target already?',
    processing: 'Processing: map its attributes',
    referenceResolution: 'References: find what it refers to',
    export: 'Export: write to the target'
  })
)

export function Steps({ event, view, navigate }: TabProps) {
  const [steps, more] = useFirst(event.provisioningSteps ?? [])
  return (
    <>
      {steps.length ? (
        <ol class="steps">
          {steps.map((step, place) => (
            <StepItem key={place} step={step} number={place + 1} />
          ))}
        </ol>
      ) : (
        <p class="faint">The event has no steps.</p>
      )}
      {more}
      <Timelines {...{ event, view, navigate }} />
    </>
  )
}

function StepItem({ step, number }: { step: Step; number: number }) {
  const kind = step.provisioningStepType
  return (
    <li>
      <div class="line">
        <h3>
          {number}. {(kind && KINDS.get(kind)) ?? kind ?? step.name}
        </h3>
        <Status status={step.status} />
      </div>
      <p dir="auto">{step.description}</p>
      <p class="faint">
        <code>{step.name}</code>
      </p>
      <Members of={step.details} />
    </li>
  )
}
