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

export class Turns {
  private readonly most: number
  private readonly mostWaiting: number
  /** The tenants of all that run. */
  private readonly running: string[] = []
  /** The tenant whose turn is next comes first. */
  private waiting: Waiting[] = []

  /**
   * @param most how many run at the same time; one tenant gets at most all but one
   * @param mostWaiting how many may wait
   */
  constructor(most: number, mostWaiting: number) {
    this.most = most
    this.mostWaiting = mostWaiting
  }

  /**
   * Waits for a turn.
   * @returns a function to call at the end of the turn
   * @throws {RequestError} 503 if too many wait, and the reason of the signal if it is aborted first
   */
  async take(tenant: string, signal: AbortSignal): Promise<() => void> {
    if (this.canRun(tenant)) this.running.push(tenant)
    else await this.wait(tenant, signal)
    return () => {
      this.running.splice(this.running.indexOf(tenant), 1)
      this.next()
    }
  }

  private canRun(tenant: string) {
    const own = this.running.filter((each) => each === tenant).length
    return this.running.length < this.most && own < Math.max(1, this.most - 1)
  }

  private wait(tenant: string, signal: AbortSignal) {
    if (this.waiting.length >= this.mostWaiting) this.makeRoom(tenant)
    return new Promise<void>((start, refuse) => {
      const waiting = { tenant, start, refuse }
      this.waiting.push(waiting)
      signal.addEventListener('abort', () => this.refuse(waiting, signal.reason), { once: true })
    })
  }

  /** The tenant with the most entries loses its last one. */
  private makeRoom(tenant: string) {
    const queues = Map.groupBy(this.waiting, (each) => each.tenant)
    const longest = [...queues.values()].reduce((one, other) => (other.length > one.length ? other : one), [])
    const last = longest.at(-1)
    if (!last || longest.length <= (queues.get(tenant)?.length ?? 0) + 1) throw tooMany()
    this.refuse(last, tooMany())
  }

  private refuse(waiting: Waiting, reason: unknown) {
    this.waiting = this.waiting.filter((each) => each !== waiting)
    waiting.refuse(reason)
  }

  private next() {
    const next = this.waiting.find(({ tenant }) => this.canRun(tenant))
    if (!next) return
    const isOwn = ({ tenant }: Waiting) => tenant === next.tenant
    const others = this.waiting.filter((each) => !isOwn(each))
    this.waiting = [...others, ...this.waiting.filter((each) => isOwn(each) && each !== next)] // behind all other tenants
    this.running.push(next.tenant)
    next.start()
  }
}

const tooMany = () => new RequestError('serviceUnavailable', 'The service has more queries than it can run.')
