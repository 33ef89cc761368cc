/** A long list that is read page by page as it is scrolled. Only pages near what is looked at are kept. */
import { keyOf, type Event, type Page } from './odata.ts'
import { isSignInOver, json } from './request.ts'
import { isWorthRetrying, later } from './retry.ts'

/** How many pages are kept on either side of the one that is looked at. */
const NEAR = 5

/** The size of further pages; the first has the size that the service gives it, to be there soon. */
const SIZE = 200

/** Instead of a link: what has come in has none to be read again by. */
const ARRIVED = ''

interface Part {
  link: string
  /** The place of its first row in the list. */
  start: number
  length: number
  /** Undefined while it is not kept. */
  rows: Event[] | undefined
}

export class Pages {
  /** The URL of the first page. */
  readonly first: string
  /** Where somebody is who reads it: how far it is scrolled, in pixels, and which row has the focus. */
  readonly reading = { top: 0, focused: 0 }
  /** Called when rows have come, or an error. */
  changed: () => void = () => {}
  /** Why the last page could not be read. */
  error: unknown
  /** Whether it will be read again anyway. */
  isRetrying = false
  /** Those that were read so far. */
  private parts: Part[] = []
  private next: string | undefined
  /** The keys of what was put before all others last. */
  fresh: ReadonlySet<string> = new Set()
  private readonly loading = new Set<string>()
  /** Those among them that could not be read, which only `retry` has read again. */
  private readonly failed = new Set<string>()
  private ending = new AbortController()
  private attempts = 0
  private cancelRetry = () => {}
  /** The URLs of pages that stay: the first one, read again, would begin with what came in since. */
  private readonly lasting: string[]

  constructor(first: string) {
    this.first = this.next = first
    this.lasting = [first, ARRIVED]
  }

  /** Reads no more. */
  end() {
    this.cancelRetry()
    this.ending.abort()
  }

  /** Reads again after an end, also what could not be read. */
  goOn() {
    if (!this.ending.signal.aborted) return
    this.ending = new AbortController()
    this.error = undefined
    this.attempts = 0
    this.loading.clear()
    this.failed.clear()
  }

  /** How many rows are known to be there. */
  get length(): number {
    const last = this.parts.at(-1)
    return last ? last.start + last.length : 0
  }

  get isComplete(): boolean {
    return this.next === undefined
  }

  /** Whether there is anything to show: the first page, or an error that stays. */
  get isReady(): boolean {
    const isFailed = this.error !== undefined && !this.isRetrying && !isSignInOver(this.error)
    return isFailed || this.parts.some(({ link }) => link !== ARRIVED)
  }

  /** The row at a place, or undefined while it is not kept. */
  at(place: number): Event | undefined {
    const part = this.parts[this.partOf(place)]
    return part?.rows?.[place - part.start]
  }

  /** Has the rows between two places read, and the page behind them; forgets what is far away. */
  look(from: number, to: number) {
    const [first, last] = [this.partOf(from), this.partOf(to)]
    for (const [index, part] of this.parts.entries()) {
      const isFar = index < first - NEAR || index > last + NEAR
      if (isFar && !this.lasting.includes(part.link)) part.rows = undefined
      else if (index >= first && index <= last && !part.rows) void this.read(part.link, part)
    }
    if (this.next !== undefined && to >= this.length - 50) void this.read(this.next)
  }

  /** Has what could not be read read again. */
  retry() {
    this.error = undefined
    for (const link of this.failed) this.loading.delete(link)
    this.failed.clear()
    this.changed()
  }

  /**
   * Puts rows before all others.
   * @returns those of them that were not in the list
   */
  prepend(rows: Event[]): Event[] {
    const added = missingIn(this.parts.slice(0, 2), rows)
    if (!added.length) return added
    const first = this.parts[0]
    if (first?.link === ARRIVED) first.rows = [...added, ...(first.rows ?? [])]
    else this.parts.unshift({ link: ARRIVED, start: 0, length: 0, rows: added })
    const [arrived, ...others] = this.parts as [Part, ...Part[]]
    arrived.length += added.length
    for (const part of others) part.start += added.length
    this.fresh = new Set(added.map(keyOf))
    this.changed()
    return added
  }

  /** How many rows were put before all others. */
  get prepended(): number {
    const first = this.parts[0]
    return first?.link === ARRIVED ? first.length : 0
  }

  private partOf(place: number) {
    let [low, high] = [0, this.parts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.parts[middle] as Part).start <= place) low = middle
      else high = middle - 1
    }
    return low
  }

  private async read(link: string, again?: Part) {
    const { signal } = this.ending
    if (link === ARRIVED || this.loading.has(link) || signal.aborted) return
    this.loading.add(link)
    try {
      const headers: Record<string, string> = this.parts.length ? { Prefer: `odata.maxpagesize=${SIZE}` } : {}
      const page = await json<Page<Event>>(link, { headers, signal })
      if (again) again.rows = page.value
      else {
        // what has come in before the first page may be in that, too
        const rows = this.isReady ? page.value : missingIn(this.parts, page.value)
        this.parts.push({ link, start: this.length, length: rows.length, rows })
        this.next = page['@odata.nextLink']
      }
      this.error = undefined
      this.attempts = 0
      this.loading.delete(link)
    } catch (error) {
      if (signal.aborted) return
      this.error = error
      this.failed.add(link)
      this.isRetrying = isWorthRetrying(error, this.attempts)
      if (this.isRetrying) this.cancelRetry = later(this.attempts++, error, () => this.retry())
    }
    this.changed()
  }
}

/** Those rows that are not in the parts. */
function missingIn(parts: Part[], rows: Event[]): Event[] {
  const known = new Set(parts.flatMap((part) => part.rows?.map(keyOf) ?? []))
  return rows.filter((row) => !known.has(keyOf(row)))
}
