/**
 * A queue for what can run only a few at a time. Tenants take turns, and none takes all places: a tenant with many slow
 * queries holds up its own queries, not those of others.
 */
import { RequestError } from '../errors/errors.ts'

interface Waiting {
  start: () => void
  refuse: (error: unknown) => void
}

export class Turns {
  private readonly most: number
  private readonly mostWaiting: number
  private readonly running = new Map<string, number>()
  /** The tenant whose turn is next comes first. */
  private readonly waiting = new Map<string, Waiting[]>()

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
    if (this.canRun(tenant)) this.begin(tenant)
    else await this.wait(tenant, signal)
    return () => {
      this.running.set(tenant, (this.running.get(tenant) ?? 0) - 1)
      if (!this.running.get(tenant)) this.running.delete(tenant)
      this.next()
    }
  }

  private canRun(tenant: string) {
    const all = sum([...this.running.values()])
    return all < this.most && (this.running.get(tenant) ?? 0) < Math.max(1, this.most - 1)
  }

  private begin(tenant: string) {
    this.running.set(tenant, (this.running.get(tenant) ?? 0) + 1)
  }

  private wait(tenant: string, signal: AbortSignal) {
    const queue = this.waiting.get(tenant) ?? []
    this.makeRoom(queue)
    this.waiting.set(tenant, queue)
    return new Promise<void>((start, refuse) => {
      const waiting = { start, refuse }
      queue.push(waiting)
      const leave = () => {
        this.remove(waiting)
        refuse(signal.reason as Error)
      }
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  /** If the queue is full, the tenant with the most entries loses its last one. */
  private makeRoom(queue: Waiting[]) {
    const queues = [...this.waiting.values()]
    if (sum(queues.map(({ length }) => length)) < this.mostWaiting) return
    const longest = queues.reduce((one, other) => (other.length > one.length ? other : one), queue)
    if (longest === queue || longest.length <= queue.length + 1) throw tooMany()
    const last = longest.at(-1) as Waiting
    this.remove(last)
    last.refuse(tooMany())
  }

  private remove(waiting: Waiting) {
    for (const [tenant, queue] of this.waiting) {
      const index = queue.indexOf(waiting)
      if (index >= 0) queue.splice(index, 1)
      if (!queue.length) this.waiting.delete(tenant)
    }
  }

  private next() {
    for (const [tenant, [first, ...others]] of this.waiting) {
      if (!first || !this.canRun(tenant)) continue
      this.waiting.delete(tenant)
      if (others.length) this.waiting.set(tenant, others) // behind all other tenants
      this.begin(tenant)
      first.start()
    }
  }
}

const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0)

const tooMany = () => new RequestError('serviceUnavailable', 'The service has more queries than it can run.')
