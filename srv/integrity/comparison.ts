/** Compares the stored events with the sealed ones. */
import type { Arrival, History } from '../database/log.ts'
import type { Sealed } from './chain.ts'
import { Cursor } from './cursor.ts'
import { sealable, tenantOf } from './events.ts'
import { encodingFault, named, LAST, type Findings } from './findings.ts'
import { Purged, type PurgeSummary } from './purged.ts'
import { sealedEvents } from './sealed.ts'

/** The result of a comparison. */
export interface Compared {
  /** How many events were compared with their seals. */
  events: number
  /** How many sealed events were removed by retention. */
  purged: number
  /** Events that came in after the last seal. */
  unsealed: Unsealed | undefined
}

/** Events that no seal covers. */
export interface Unsealed {
  count: number
  /** The name of the first one. */
  first: string
  /** The arrival of the last one. */
  last: number
}

/** Walks through arrivals and sealed events side by side, so that memory does not grow with the log. */
export class Comparison {
  private readonly arrivals: Cursor<Arrival>
  private readonly sealed: AsyncIterable<Sealed[]>
  private readonly purged: Purged
  /** How many events the records say were removed. */
  private readonly recorded: number
  private readonly findings: Findings
  private readonly compared: Compared = { events: 0, purged: 0, unsealed: undefined }
  private next: Arrival | undefined
  /** The next arrival that must come, as they are numbered from 1 without gaps. */
  private due = 1

  constructor(log: History, purges: PurgeSummary, findings: Findings) {
    this.arrivals = new Cursor(log.arrivals())
    this.sealed = sealedEvents(log, findings)
    this.purged = new Purged(log.purgedRanges(), purges.limits)
    this.recorded = purges.count
    this.findings = findings
  }

  /** Compares all events. */
  async run(): Promise<Compared> {
    const { compared } = this
    let last: { event: Sealed; isPurged: boolean } | undefined
    await this.advance()
    for await (const events of this.sealed)
      for (const event of events) {
        await this.skipUncovered(event.sequence)
        this.count(event.sequence)
        const isThere = this.next?.sequence === event.sequence
        const isPurged = await this.purged.includes(event)
        if (isThere) this.compare(event, (await this.advance()) as Arrival, isPurged)
        else if (isPurged) compared.purged++
        else this.note(event.sequence, `Event ${named(event)} was removed.`)
        last = { event, isPurged: isPurged && !isThere }
      }
    if (last?.isPurged && !this.next)
      this.note(last.event.sequence, `Event ${named(last.event)} came in last, which retention does not remove.`)
    await this.skipUnsealed()
    const unknown = this.recorded - compared.purged
    if (unknown > 0) this.note(LAST, `Records tell of ${unknown} more events that retention removed than are gone.`)
    return compared
  }

  private compare(sealed: Sealed, arrival: Arrival, isPurged: boolean) {
    this.compared.events++
    const { sequence } = sealed
    const { id } = arrival
    const event = sealable(arrival)
    const where = `Event ${named(sealed)}`
    const left = this.purged.faultIfThere(sealed)
    const broken = encodingFault(arrival.event?.brokenColumn)
    if (id !== sealed.id) this.note(sequence, `${where} was moved: in its place is event '${id}'.`)
    else if (!event) this.note(sequence, `${where} was removed.`)
    else if (event.digest !== sealed.digest) this.note(sequence, `${where} was altered.`)
    else if (broken) this.note(sequence, `${where} ${broken}.`)
    else if (event.tenant !== sealed.tenant)
      this.note(sequence, `${where} is sealed in the chain of another tenant than its own, '${event.tenant}'.`)
    else if (event.instant !== sealed.instant)
      this.note(sequence, `${where} happened at another time than its seal says.`)
    else if (isPurged) this.note(sequence, `${where} was added again after retention removed it.`)
    else if (left) this.note(sequence, left)
  }

  /** Notes arrivals that no seal covers although later ones are sealed: sealing skips none. */
  private async skipUncovered(end: number) {
    while (this.next && this.next.sequence < end) {
      const arrival = (await this.advance()) as Arrival
      const { sequence, event } = arrival
      this.count(sequence)
      const where = `Event ${nameOf(arrival)}`
      if (event) this.note(sequence, `${where} was added, or its seal was removed.`)
      else this.note(sequence, `${where} was removed before it was sealed.`)
    }
  }

  private async skipUnsealed() {
    for (let arrival = await this.advance(); arrival; arrival = await this.advance()) {
      const { sequence, event } = arrival
      this.count(sequence)
      const { count, first } = this.compared.unsealed ?? { count: 0, first: nameOf(arrival) }
      if (event) this.compared.unsealed = { count: count + 1, first, last: sequence }
      else this.note(sequence, `Event ${nameOf(arrival)} was removed before it was sealed.`)
    }
  }

  /** Notes gaps: numbers are only assigned to arrivals. */
  private count(sequence: number) {
    if (sequence > this.due) {
      const which = sequence === this.due + 1 ? `Arrival ${this.due} is` : `Arrivals ${this.due} to ${sequence - 1} are`
      this.note(this.due, `${which} missing, and no seal covers what came in.`)
    }
    this.due = Math.max(this.due, sequence + 1)
  }

  /** Moves on to the next arrival, and returns the current one. */
  private async advance() {
    const current = this.next
    this.next = await this.arrivals.next()
    return current
  }

  private note(sequence: number, message: string) {
    this.findings.note(sequence, message)
  }
}

/** Names an event, with its own tenant if it is there. */
function nameOf({ sequence, id, event }: Arrival) {
  return named({ sequence, id, tenant: event && tenantOf(event.row) })
}
