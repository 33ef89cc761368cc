/** Copies a text to the clipboard, and says so until something else has the focus. */
import { useState } from 'preact/hooks'

interface Props {
  text: string
  /** What it is, where that cannot be seen otherwise. */
  name?: string
}

export function Copy({ text, name }: Props) {
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
      <button
        type="button"
        class={name && 'quiet'}
        aria-label={name && `Copy ${name}`}
        onClick={() => void copy()}
        onBlur={() => setResult('')}
      >
        Copy
      </button>{' '}
      <span role="status" class="faint">
        {result}
      </span>
    </>
  )
}
