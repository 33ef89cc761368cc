/** Downloads of just what is filtered. */
import { useRef, useState } from 'preact/hooks'
import { LOG, url } from '../service/odata.ts'
import { request, ServiceError } from '../service/request.ts'
import { filterOf } from '../state/conditions.ts'
import type { View } from '../state/view.ts'

const FORMATS = {
  ndjson: { type: 'application/x-ndjson', title: 'NDJSON, for programs' },
  csv: { type: 'text/csv', title: 'CSV, for spreadsheets' }
} as const
type Format = keyof typeof FORMATS

export function Download({ view, now }: { view: View; now: number }) {
  const menu = useRef<HTMLDetailsElement>(null)
  const [state, setState] = useState<{ bytes: number; end: AbortController } | { message: string } | undefined>()
  const isRunning = state !== undefined && 'end' in state

  const start = async (format: Format) => {
    if (menu.current) menu.current.open = false
    const end = new AbortController()
    setState({ bytes: 0, end })
    try {
      const options = {
        $filter: filterOf(view, now),
        $orderby: view.oldestFirst ? 'activityDateTime' : undefined,
        $format: FORMATS[format].type
      }
      const blob = await blobOf(url(LOG, options), end.signal, (bytes) => setState({ bytes, end }))
      save(blob, `provisioning-log-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '')}.${format}`)
      setState({ message: `Downloaded ${sizeText(blob.size)}.` })
    } catch (error) {
      setState({ message: end.signal.aborted ? 'Cancelled.' : messageOf(error) })
    }
  }

  return (
    <div class="download">
      <details ref={menu} onKeyDown={({ key }) => key === 'Escape' && menu.current && (menu.current.open = false)}>
        <summary class="button">Download</summary>
        <div class="menu">
          {Object.entries(FORMATS).map(([format, { title }]) => (
            <button
              key={format}
              type="button"
              class="quiet"
              disabled={isRunning}
              onClick={() => void start(format as Format)}
            >
              {title}
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

/** Reads an answer into a blob, which browsers keep on disk if it is large. */
async function blobOf(path: string, signal: AbortSignal, progress: (bytes: number) => void) {
  const response = await request(path, { signal })
  let bytes = 0
  let shown = 0
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length
        if (bytes - shown > 1_000_000) progress((shown = bytes))
        controller.enqueue(chunk)
      }
    })
  )
  return new Response(counted ?? null, { headers: response.headers }).blob()
}

function save(blob: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000) // once the browser has begun to read it
}

function messageOf(error: unknown) {
  if (error instanceof ServiceError && error.status === 429)
    return `Another download is under way. Try again${error.retryAfter ? ` in ${error.retryAfter} seconds` : ' later'}.`
  return error instanceof ServiceError ? error.message : 'The download broke off. Try again.'
}

function sizeText(bytes: number) {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
