/** Answers of the service as state of a component: loading, there, or failed and asked for again. */
import { useEffect, useState } from 'preact/hooks'
import { isPassing, later } from '../service/retry.ts'

export interface Answer<Type> {
  /** The last one, also while the next is loading. */
  value?: Type | undefined
  error?: unknown
  isLoading: boolean
}

/**
 * Asks again whenever the key changes; the request before is ended then. What may pass is tried again.
 * @param key undefined to ask nothing
 */
export function useAnswer<Type>(key: string | undefined, ask: (signal: AbortSignal) => Promise<Type>): Answer<Type> {
  const [state, setState] = useState<Answer<Type> & { key?: string | undefined }>({ isLoading: true })

  useEffect(() => {
    if (key === undefined) return
    const ending = new AbortController()
    let cancel = () => {}
    const attempt = (number: number) => {
      ask(ending.signal).then(
        (value) => ending.signal.aborted || setState({ key, value, isLoading: false }),
        (error: unknown) => {
          if (ending.signal.aborted) return
          const again = isPassing(error)
          setState(({ value }) => ({ key, value, error, isLoading: again }))
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
  }, [key])

  return state
}
