/** Live tail: what comes in while the page is open, by the delta link of the service. */
import { useEffect, useRef } from 'preact/hooks'
import { LOG, url, type Event as LogEvent, type Page } from '../service/odata.ts'
import { json, ServiceError } from '../service/request.ts'
import { later } from '../service/retry.ts'

/** How often the service is asked for what came in, in milliseconds. */
const INTERVAL = 2000

/** The events that are followed are not older than this when the tail begins, in milliseconds. */
const LATENESS = 600_000

/** What happens to the tail. */
interface Events {
  /** It has begun: what comes in from then on arrives. */
  begun: () => void
  /** New events, newest first. */
  arrived: (events: LogEvent[]) => void
  /** The service does not answer, or does so again. */
  interrupted: (isInterrupted: boolean) => void
}

/**
 * Follows the log while it is live and the page can be seen.
 * @param filter of the events, besides their time
 */
export function useTail(isLive: boolean, filter: string | undefined, select: string, events: Events) {
  const call = useRef(events)
  call.current = events

  useEffect(() => {
    if (!isLive) return
    const ending = new AbortController()
    const { signal } = ending
    let cancel = () => {}
    let failed = 0
    const start = new Date(Date.now() - LATENESS).toISOString()
    const first = url(LOG, {
      $filter: [`activityDateTime ge ${start}`, filter].filter(Boolean).join(' and '),
      $select: select
    })
    const headers = { Prefer: 'track-changes,odata.maxpagesize=1000' }

    /** @param isFirst whether the page is of what was there before, which is in the list */
    const ask = async (link: string, isFirst: boolean) => {
      try {
        const page = await json<Page<LogEvent>>(link, { headers, signal })
        if (failed) call.current.interrupted(false)
        failed = 0
        if (!isFirst && page.value.length) call.current.arrived(page.value.toReversed())
        const next = page['@odata.nextLink']
        if (next) return void ask(next, isFirst)
        const delta = page['@odata.deltaLink']
        if (isFirst) call.current.begun()
        if (delta) wait(() => void ask(delta, false))
      } catch (error) {
        if (signal.aborted) return
        if (!failed) call.current.interrupted(true)
        // a link that is no longer good is replaced by a new beginning
        const again = error instanceof ServiceError && !error.isPassing ? first : link
        cancel = later(failed++, error, () => void ask(again, again === first))
      }
    }
    const wait = (go: () => void) => {
      const timer = setTimeout(() => (document.hidden ? wait(go) : go()), INTERVAL)
      cancel = () => clearTimeout(timer)
    }
    void ask(first, true)
    return () => {
      if (failed) call.current.interrupted(false)
      cancel()
      ending.abort()
    }
  }, [isLive, filter, select])
}
