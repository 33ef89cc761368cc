/** The event as the service answers it. */
import { useState } from 'preact/hooks'
import { useFirst } from '../parts/first.tsx'
import type { TabProps } from './details.tsx'

/** How many lines are shown at first. */
const LINES = 5000

export function Json({ event }: TabProps) {
  const text = JSON.stringify(event, null, 2)
  const [lines, more] = useFirst(text.split('\n'), LINES)
  const [result, setResult] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setResult('Copied.')
    } catch {
      setResult('The browser does not allow that. Select the text instead.')
    }
  }
  return (
    <>
      <p class="buttons">
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
        <span role="status" class="faint">
          {result}
        </span>
      </p>
      <pre class="json">{lines.join('\n')}</pre>
      {more}
    </>
  )
}
