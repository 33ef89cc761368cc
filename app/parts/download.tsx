/** Downloads of just what is filtered. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { TooLarge } from '../service/counter.ts'
import { LOG, url } from '../service/odata.ts'
import { ServiceError } from '../service/request.ts'
import { save } from '../service/save.ts'
import { listOf } from '../state/conditions.ts'
import type { Shown } from '../state/navigation.ts'

interface Format {
  title: string
  /** As in `$format`. */
  type: string
  /** The end of the name of the file. */
  ending: string
}

/** CSV with a byte order mark, without which Excel shows letters wrongly. */
const FORMATS: Format[] = [
  { title: 'NDJSON, for programs', type: 'application/x-ndjson', ending: '.ndjson' },
  { title: 'CSV, for spreadsheets', type: 'text/csv;bom=present', ending: '.csv' },
  { title: 'CSV: events alone', type: 'text/csv;part=entities;bom=present', ending: '-events.csv' },
  { title: 'CSV: steps', type: 'text/csv;part=provisioningSteps;bom=present', ending: '-steps.csv' },
  { title: 'CSV: modified properties', type: 'text/csv;part=modifiedProperties;bom=present', ending: '-properties.csv' }
]

export function Download({ view, now }: Omit<Shown, 'navigate'>) {
  const menu = useRef<HTMLDetailsElement>(null)
  const [state, setState] = useState<{ bytes: number; end: AbortController } | { message: string } | undefined>()
  const isRunning = state !== undefined && 'end' in state

  const close = () => {
    if (!menu.current?.open) return
    const hadFocus = menu.current.contains(document.activeElement)
    menu.current.open = false
    if (hadFocus) menu.current.querySelector('summary')?.focus()
  }
  useEffect(() => {
    const closeOutside = ({ target }: Event) => !menu.current?.contains(target as Node) && close()
    const events = ['pointerdown', 'focusin']
    for (const event of events) addEventListener(event, closeOutside)
    return () => events.forEach((event) => removeEventListener(event, closeOutside))
  }, [])

  const start = async ({ type, ending }: Format) => {
    close()
    const end = new AbortController()
    setState({ bytes: 0, end })
    const options = { ...listOf(view, now), $format: type }
    const name = `provisioning-log-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '')}${ending}`
    const report = (bytes: number) => setState({ bytes, end })
    try {
      const first = url(LOG, { ...options, $top: '1' })
      const bytes = await save(url(LOG, options), first, name, { signal: end.signal, report })
      setState({ message: bytes === undefined ? 'Your browser is downloading it.' : `Downloaded ${sizeText(bytes)}.` })
    } catch (error) {
      setState({ message: messageOf(error) })
    }
  }

  return (
    <div class="download">
      <details ref={menu} onKeyDown={({ key }) => key === 'Escape' && close()}>
        <summary class="button">Download</summary>
        <div class="menu">
          {FORMATS.map((format) => (
            <button
              key={format.type}
              type="button"
              class="quiet"
              disabled={isRunning}
              onClick={() => void start(format)}
            >
              {format.title}
            </button>
          ))}
        </div>
      </details>
      <span role="status">{state && ('end' in state ? `${sizeText(state.bytes)} so far…` : state.message)}</span>
      {isRunning && (
        <button type="button" class="quiet" onClick={() => state.end.abort()}>
          Cancel
        </button>
      )}
    </div>
  )
}

function messageOf(error: unknown) {
  if (error instanceof DOMException && error.name === 'AbortError') return 'Cancelled.'
  if (error instanceof TooLarge)
    return 'This is more than this browser can save. Choose a shorter range of time, or take Chrome or Edge.'
  if (error instanceof ServiceError && error.status === 429)
    return `Another download is under way. Try again${error.retryAfter ? ` in ${error.retryAfter} seconds` : ' later'}.`
  return error instanceof ServiceError ? error.message : 'The download broke off. Try again.'
}

function sizeText(bytes: number) {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
