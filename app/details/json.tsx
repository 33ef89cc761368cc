/** The event as the service answers it. */
import { useState } from 'preact/hooks'
import { useFirst } from '../parts/first.tsx'
import type { TabProps } from './details.tsx'

/** How many lines are shown at first. */
const LINES = 5000

export function Json({ event }: TabProps) {
  const text = JSON.stringify(event, null, 2)
  const [lines, more] = useFirst(text.split('\n'), LINES)
  const [isCopied, setCopied] = useState(false)
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true))
  return (
    <>
      <p class="buttons">
        <button type="button" onClick={copy}>
          Copy
        </button>
        <span role="status" class="faint">
          {isCopied ? 'Copied.' : ''}
        </span>
      </p>
      <pre class="json">{lines.join('\n')}</pre>
      {more}
    </>
  )
}
