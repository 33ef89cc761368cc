/** Checks the log against its seals: whether any event was altered, removed, added or moved behind the service's back. */
import type { DatabaseSync } from 'node:sqlite'
import { arrivalsAfter, arrived, type Arrived } from './arrived.ts'
import { faultOf, leavesOf, type Leaf, type Seal } from './chain.ts'
import { rangesOf, wasPurged, type PurgedRange, type PurgeRecord } from './purge-record.ts'
import { ARRIVALS, EVENTS, PURGES, sameEvent, SEALS } from './tables.ts'

/** A difference between the log and its seals. */
export interface Finding {
  /** The arrival of the first event that it is about. */
  sequence: number
  /** One sentence that names the event. */
  message: string
}

export interface Report {
  /** How many events were compared with their seals. */
  events: number
  seals: number
  /** How many events came in after the last seal. */
  unsealed: number
  /** How many sealed events were removed by retention. */
  purged: number
  /** All differences, in the order in which the events came in. */
  findings: Finding[]
}

type Covered = Leaf & { tenant: string }

/** Checks the whole log. In a transaction, all is checked as it was at one moment, while the service goes on writing. */
export function verify(database: DatabaseSync): Report {
  return new Verification(database).run()
}

/** Walks along arrivals and seals side by side, so that what it holds does not grow with the log. */
class Verification {
  private readonly database: DatabaseSync
  private readonly report: Report = { events: 0, seals: 0, unsealed: 0, purged: 0, findings: [] }
  private readonly arrivals: Iterator<object>
  private next: Arrived | undefined
  private readonly lastSeals = new Map<string, Seal>()
  /** Events of the seals that were read, which the walk has not come to. */
  private covered = new Map<number, Covered>()
  private purged: PurgedRange[] = []

  constructor(database: DatabaseSync) {
    this.database = database
    this.arrivals = arrivalsAfter(database, 'LEFT JOIN').iterate(-1, -1)
  }

  run() {
    this.readPurges()
    this.advance()
    const { sealed } = this.one<{ sealed: number | null }>(`SELECT max(lastSequence) AS sealed FROM ${SEALS}`)
    const order = this.database.prepare(`SELECT tenant, number FROM ${SEALS} ORDER BY firstSequence, number`).all()
    const read = this.database.prepare(`SELECT * FROM ${SEALS} WHERE tenant = ? AND number = ?`)
    for (const { tenant, number } of order as Pick<Seal, 'tenant' | 'number'>[]) {
      const seal = read.get(tenant, number) as Seal
      this.compareUntil(seal.firstSequence) // no later seal covers anything before
      this.readSeal(seal)
    }
    this.compareUntil((sealed ?? 0) + 1)
    this.compareUnsealed()
    this.checkPurged()
    this.findLoose()
    this.report.findings.sort((one, other) => one.sequence - other.sequence)
    return this.report
  }

  private readPurges() {
    const records = this.database.prepare(`SELECT * FROM ${PURGES} ORDER BY number`).all() as PurgeRecord[]
    records.forEach((record, index) => {
      const ranges = rangesOf(record)
      const fault = faultOf(record, records[index - 1])
      if (fault) this.note(ranges[0]?.from ?? 0, `Record ${record.number} of what retention removed ${fault}.`)
      this.purged.push(...ranges)
    })
    this.purged.sort((one, other) => one.from - other.from)
  }

  private readSeal(seal: Seal) {
    const { tenant, number } = seal
    const leaves = leavesOf(seal)
    const fault = faultOf(seal, this.lastSeals.get(tenant))
    const first = leaves[0]
    const event = first && `, which covers events from ${named({ ...first, tenant })} on,`
    if (fault)
      this.note(first?.sequence ?? seal.firstSequence, `Seal ${number} of tenant '${tenant}'${event ?? ''} ${fault}.`)
    this.lastSeals.set(tenant, seal)
    for (const leaf of leaves) this.covered.set(leaf.sequence, { ...leaf, tenant })
    this.report.seals++
  }

  /** Compares arrivals and covered events, both before an arrival. */
  private compareUntil(end: number) {
    const due = [...this.covered.values()].filter(({ sequence }) => sequence < end)
    due.sort((one, other) => one.sequence - other.sequence)
    for (const leaf of due) {
      this.covered.delete(leaf.sequence)
      this.skipUncovered(leaf.sequence)
      if (this.next?.sequence === leaf.sequence) this.compare(leaf, this.advance() as Arrived)
      else if (wasPurged(this.purged, leaf)) this.report.purged++
      else this.note(leaf.sequence, `Event ${named(leaf)} was removed.`)
    }
    this.skipUncovered(end)
  }

  private compare(leaf: Covered, { id, event }: Arrived) {
    this.report.events++
    const where = `Event ${named(leaf)}`
    if (id !== leaf.id) this.note(leaf.sequence, `${where} was moved: in its place is event '${id}'.`)
    else if (!event) this.note(leaf.sequence, `${where} was removed.`)
    else if (event.digest !== leaf.digest) this.note(leaf.sequence, `${where} was altered.`)
    else if (wasPurged(this.purged, leaf))
      this.note(leaf.sequence, `${where} was added again after retention removed it.`)
  }

  /** Arrivals that no seal covers, though later ones are sealed: sealing leaves out none. */
  private skipUncovered(end: number) {
    while (this.next && this.next.sequence < end) {
      const { sequence, id, event } = this.advance() as Arrived
      const where = `Event ${named({ sequence, id, tenant: event?.tenant })}`
      if (event) this.note(sequence, `${where} was added, or its seal was removed.`)
      else this.note(sequence, `${where} was removed before it was sealed.`)
    }
  }

  private compareUnsealed() {
    for (let each = this.advance(); each; each = this.advance()) {
      if (each.event) this.report.unsealed++
      else this.note(each.sequence, `Event ${named(each)} was removed before it was sealed.`)
    }
  }

  /** Whatever retention removed was sealed before. */
  private checkPurged() {
    const { count } = this.one<{ count: number }>(`SELECT ifnull(sum(count), 0) AS count FROM ${PURGES}`)
    const unknown = count - this.report.purged
    if (unknown > 0) this.note(Infinity, `By its records retention removed ${unknown} events that no seal covers.`)
  }

  /** Finds events that did not come in, or more than once. */
  private findLoose() {
    const loose = this.database.prepare(
      `SELECT e.id, ifnull(e.tenantId, '') AS tenant, max(a.sequence) AS sequence FROM ${EVENTS} e
       LEFT JOIN ${ARRIVALS} a ON ${sameEvent(this.database)} GROUP BY e.rowid HAVING count(a.sequence) <> 1`
    )
    for (const { id, tenant, sequence } of loose.all() as { id: string; tenant: string; sequence: number | null }[]) {
      const how = sequence ? 'has more than one arrival' : 'was added: it has no arrival'
      this.note(sequence ?? Infinity, `Event '${id}' of tenant '${tenant}' ${how}.`)
    }
  }

  /** Goes on to the next arrival, and returns the one that it came from. */
  private advance() {
    const current = this.next
    const step = this.arrivals.next()
    this.next = step.done ? undefined : arrived(step.value)
    return current
  }

  private note(sequence: number, message: string) {
    this.report.findings.push({ sequence, message })
  }

  private one<Row>(sql: string) {
    return this.database.prepare(sql).get() as Row
  }
}

function named({ id, tenant, sequence }: { id: string; tenant?: string | undefined; sequence: number }) {
  return `'${id}'${tenant === undefined ? '' : ` of tenant '${tenant}'`} (arrival ${sequence})`
}
