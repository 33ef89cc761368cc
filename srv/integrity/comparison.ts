/** Compares the stored events with the sealed ones. */
import type { Arrival, History } from '../database/log.ts'
import { sealable, tenantOf, type Sealed } from './chain.ts'
import { encodingFault, named, LAST, type Findings } from './findings.ts'
import { removals, type PurgeSummary } from './purge-record.ts'
import { sealedEvents } from './sealed.ts'

export interface Compared {
  /** How many events were compared with their seals. */
  events: number
  /** How many sealed events were removed by retention. */
  purged: number
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

/** Compares all events. Walks through arrivals and sealed events side by side: memory does not grow with the log. */
export async function compare(log: History, purges: PurgeSummary, findings: Findings): Promise<Compared> {
  const compared: Compared = { events: 0, purged: 0, unsealed: undefined }
  const arrivals = log.arrivals()[Symbol.asyncIterator]()
  const purged = removals(log.purgedRanges(), purges.limits)
  const note = (sequence: number, message: string) => findings.note(sequence, message)
  let next: Arrival | undefined
  /** The next arrival that must come, as they are numbered from 1 without gaps. */
  let due = 1

  /** Moves on to the next arrival, and returns the current one. */
  async function advance() {
    const current = next
    next = (await arrivals.next()).value as Arrival | undefined
    return current
  }

  /** Notes gaps: numbers are only assigned to arrivals. */
  function count(sequence: number) {
    if (sequence > due) {
      const which = sequence === due + 1 ? `Arrival ${due} is` : `Arrivals ${due} to ${sequence - 1} are`
      note(due, `${which} missing, and no seal covers what came in.`)
    }
    due = Math.max(due, sequence + 1)
  }

  /** Moves on to an arrival, and yields those before it: they are in no seal. */
  async function* skipTo(end: number) {
    while (next && next.sequence < end) {
      const arrival = (await advance()) as Arrival
      count(arrival.sequence)
      if (arrival.event) yield arrival
      else note(arrival.sequence, `Event ${nameOf(arrival)} was removed before it was sealed.`)
    }
  }

  let last: { event: Sealed; isPurged: boolean } | undefined
  await advance()
  for await (const event of sealedEvents(log, findings)) {
    // later ones are sealed, and sealing skips none
    for await (const arrival of skipTo(event.sequence))
      note(arrival.sequence, `Event ${nameOf(arrival)} was added, or its seal was removed.`)
    count(event.sequence)
    const isThere = next?.sequence === event.sequence
    const isPurged = await purged.include(event)
    if (isThere) {
      compared.events++
      const fault = faultOf(event, (await advance()) as Arrival, isPurged) ?? purged.faultIfThere(event)
      if (fault) note(event.sequence, fault)
    } else if (isPurged) compared.purged++
    else note(event.sequence, `Event ${named(event)} was removed.`)
    last = { event, isPurged: isPurged && !isThere }
  }
  await purged.close()
  if (last?.isPurged && !next)
    note(last.event.sequence, `Event ${named(last.event)} came in last, which retention does not remove.`)
  for await (const arrival of skipTo(Infinity)) {
    const { count, first } = compared.unsealed ?? { count: 0, first: nameOf(arrival) }
    compared.unsealed = { count: count + 1, first, last: arrival.sequence }
  }
  const unknown = purges.count - compared.purged
  if (unknown > 0) note(LAST, `Records tell of ${unknown} more events that retention removed than are gone.`)
  return compared
}

/** Compares a sealed event with the one that is there. Returns a sentence, or undefined if it is the same. */
function faultOf(sealed: Sealed, arrival: Arrival, isPurged: boolean): string | undefined {
  const event = sealable(arrival)
  const where = `Event ${named(sealed)}`
  const broken = encodingFault(arrival.event?.brokenColumn)
  if (arrival.id !== sealed.id) return `${where} was moved: in its place is event '${arrival.id}'.`
  if (!event) return `${where} was removed.`
  if (event.digest !== sealed.digest) return `${where} was altered.`
  if (broken) return `${where} ${broken}.`
  if (event.tenant !== sealed.tenant)
    return `${where} is sealed in the chain of another tenant than its own, '${event.tenant}'.`
  if (event.instant !== sealed.instant) return `${where} happened at another time than its seal says.`
  return isPurged ? `${where} was added again after retention removed it.` : undefined
}

/** Names an event, with its own tenant if it is there. */
function nameOf({ sequence, id, event }: Arrival) {
  return named({ sequence, id, tenant: event && tenantOf(event.row) })
}
