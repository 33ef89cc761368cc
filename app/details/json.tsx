/** The event as the service answers it. */
import { useState } from 'preact/hooks'
import type { TabProps } from './details.tsx'

export function Json({ event }: TabProps) {
  const text = JSON.stringify(event, null, 2)
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
      <pre class="json">{text}</pre>
    </>
  )
}
