/**
 * A queue for what can run only a few at a time. Tenants take turns, and none takes all places: a tenant with many slow
 * queries holds up its own queries, not those of others.
 */
import { RequestError } from '../errors/errors.ts'

interface Waiting {
  tenant: string
  start: () => void
  refuse: (error: unknown) => void
}

/**
 * Makes a queue.
 * @param most how many run at the same time; one tenant gets at most all but one
 * @returns a function that waits for a turn of a tenant, and returns one to call at the end of the turn. It throws
 *   {@link RequestError} 503 if too many wait, and the reason of the signal if it is aborted first
 */
export function turns(most: number, mostWaiting: number) {
  /** The tenants of all that run. */
  const running: string[] = []
  /** The tenant whose turn is next comes first. */
  let waiting: Waiting[] = []

  function canRun(tenant: string) {
    const own = running.filter((each) => each === tenant).length
    return running.length < most && own < Math.max(1, most - 1)
  }

  function wait(tenant: string, signal: AbortSignal) {
    if (waiting.length >= mostWaiting) makeRoom(tenant)
    return new Promise<void>((start, refuse) => {
      const own = { tenant, start, refuse }
      waiting.push(own)
      signal.addEventListener('abort', () => leave(own, signal.reason), { once: true })
    })
  }

  /** The tenant with the most entries loses its last one. */
  function makeRoom(tenant: string) {
    const queues = Map.groupBy(waiting, (each) => each.tenant)
    const longest = [...queues.values()].reduce((one, other) => (other.length > one.length ? other : one), [])
    const last = longest.at(-1)
    if (!last || longest.length <= (queues.get(tenant)?.length ?? 0) + 1) throw tooMany()
    leave(last, tooMany())
  }

  function leave(one: Waiting, reason: unknown) {
    waiting = waiting.filter((each) => each !== one)
    one.refuse(reason)
  }

  function startNext() {
    const next = waiting.find(({ tenant }) => canRun(tenant))
    if (!next) return
    const others = waiting.filter(({ tenant }) => tenant !== next.tenant)
    const own = waiting.filter((each) => each.tenant === next.tenant && each !== next)
    waiting = [...others, ...own] // behind all other tenants
    running.push(next.tenant)
    next.start()
  }

  return async (tenant: string, signal: AbortSignal): Promise<() => void> => {
    if (canRun(tenant)) running.push(tenant)
    else await wait(tenant, signal)
    return () => {
      running.splice(running.indexOf(tenant), 1)
      startNext()
    }
  }
}

const tooMany = () => new RequestError('serviceUnavailable', 'The service has more queries than it can run.')
