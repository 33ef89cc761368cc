/** Saves answers of any size as files: they go to the disk as they come, wherever the browser can do that. */
import { isSignedIn } from '../session/session.ts'
import { counter } from './counter.ts'
import { addressOf, request } from './request.ts'

/** The File System Access API, which not all browsers have: https://wicg.github.io/file-system-access. */
declare global {
  interface Window {
    showSaveFilePicker?: (options: { suggestedName: string }) => Promise<FileSystemFileHandle>
  }
  interface FileSystemFileHandle {
    remove?: () => Promise<void>
  }
}

/** The most that a browser which cannot write files saves, in bytes: it has to hold all of it first. */
const MOST = 256_000_000

interface Progress {
  signal: AbortSignal
  /** Called now and then with the bytes that are there. */
  report: (bytes: number) => void
}

/**
 * Saves what the service answers. Call it while a click is handled, or the browser does not let people choose a file.
 * @param path of an answer that the service gives as an attachment
 * @param first that of an answer which fails where this one would, and has little of it
 * @returns the bytes that were saved; undefined if the browser does the rest by itself
 * @throws {ServiceError} if the answer is no success, {@link TooLarge} if it is too large for this browser, and
 *   `AbortError` if nobody wants it any longer
 */
export async function save(path: string, first: string, name: string, progress: Progress): Promise<number | undefined> {
  // a browser sends no token when it follows a link
  if (!isSignedIn()) return handOver(path, first, progress)
  const file = await window.showSaveFilePicker?.({ suggestedName: name })
  return file ? write(path, file, progress) : hold(path, name, progress)
}

async function handOver(path: string, first: string, { signal }: Progress) {
  const response = await request(first, { signal })
  await response.arrayBuffer() // it is over then, and the next one may begin
  followLink(addressOf(path), '')
  return undefined
}

/** Writes an answer into a file. There is no file in the end if there is no end of the answer. */
async function write(path: string, file: FileSystemFileHandle, { signal, report }: Progress) {
  try {
    const response = await request(path, { signal })
    const counted = counter(Infinity, report)
    await response.body?.pipeThrough(counted.stream).pipeTo(await file.createWritable(), { signal })
    return counted.bytes()
  } catch (error) {
    await file.remove?.().catch(() => undefined)
    throw error
  }
}

async function hold(path: string, name: string, { signal, report }: Progress) {
  const response = await request(path, { signal })
  const counted = counter(MOST, report)
  const stream = response.body?.pipeThrough(counted.stream)
  const blob = await new Response(stream ?? null, { headers: response.headers }).blob()
  const url = URL.createObjectURL(blob)
  followLink(url, name)
  setTimeout(() => URL.revokeObjectURL(url), 60_000) // once the browser has begun to read it
  return counted.bytes()
}

function followLink(url: string, name: string) {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
