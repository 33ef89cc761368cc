/** Answers of the service as state of a component: loading, there, or failed and asked for again. */
import { useEffect, useState } from 'preact/hooks'
import { isSignInOver } from '../service/request.ts'
import { isWorthRetrying, later } from '../service/retry.ts'

interface Answer<Type> {
  /** The last one, also while the next is loading. */
  value?: Type | undefined
  error?: unknown
  /** Whether there will be another one, also after an error. */
  isLoading: boolean
  /** Asks once more. */
  retry: () => void
}

/**
 * Asks again whenever the key changes; the request before is ended then. What may pass is tried again.
 * @param key undefined to ask nothing
 */
export function useAnswer<Type>(key: string | undefined, ask: (signal: AbortSignal) => Promise<Type>): Answer<Type> {
  const [state, setState] = useState<Omit<Answer<Type>, 'retry'>>({ isLoading: true })
  const [retries, setRetries] = useState(0)

  useEffect(() => {
    if (key === undefined) return
    const ending = new AbortController()
    let cancel = () => {}
    const attempt = (number: number) => {
      ask(ending.signal).then(
        (value) => ending.signal.aborted || setState({ value, isLoading: false }),
        (error: unknown) => {
          if (ending.signal.aborted) return
          const again = isWorthRetrying(error, number)
          // what may be of another view is shown no longer than there will be an answer
          const stays = again || isSignInOver(error)
          setState(({ value }) => ({ value: stays ? value : undefined, error, isLoading: again }))
          if (again) cancel = later(number, error, () => attempt(number + 1))
        }
      )
    }
    setState(({ value }) => ({ value, isLoading: true }))
    attempt(0)
    return () => {
      cancel()
      ending.abort()
    }
  }, [key, retries])

  return { ...state, retry: () => setRetries(retries + 1) }
}
