/** Offers to fill an empty log of a service in development with generated events. */
import { useState } from 'preact/hooks'
import { settings } from '../service/settings.ts'
import { useAnswer } from '../state/answer.ts'

const COUNT = 2000

export function SampleOffer({ done }: { done: () => void }) {
  const { value } = useAnswer('settings', settings)
  const [state, setState] = useState<{ stored?: number; problem?: string }>({})
  if (!value?.development) return null
  const start = async () => {
    setState({ stored: 0 })
    try {
      const { fill } = await import('./sample.ts')
      await fill(COUNT, (stored) => setState({ stored }))
      done()
    } catch (error) {
      setState({ problem: `The log could not be filled: ${(error as Error).message}` })
    }
  }
  return (
    <>
      <p>This service runs in development, so you can look around with generated events instead.</p>
      {state.stored === undefined ? (
        <p>
          <button type="button" class="primary" onClick={() => void start()}>
            Fill it with {COUNT.toLocaleString('en')} sample events
          </button>
        </p>
      ) : (
        <p>
          <progress max={COUNT} value={state.stored} aria-label="Events stored" /> {state.stored.toLocaleString('en')}{' '}
          of {COUNT.toLocaleString('en')}
        </p>
      )}
      {state.problem && <p role="alert">{state.problem}</p>}
    </>
  )
}
