/** What retention removed, by its records: see db/purges.cds. */
import type { DatabaseSync } from 'node:sqlite'
import { withNumbers } from './canonical.ts'
import { faultOf, type Leaf } from './chain.ts'
import { named, type Findings } from './findings.ts'
import { contentFaultOf, rangesOf, sizeOf, type PurgedRange, type PurgeRecord } from './purge-record.ts'
import type { Sealed } from './sealed.ts'
import { PURGES } from '../database/sqlite/tables.ts'
import { brokenTextOf } from './text.ts'

/** What records say together. */
export interface PurgeSummary {
  /** How many events were removed. */
  count: number
  /** The last record. */
  last: PurgeRecord | undefined
  /** For each limit up to which arrival all events before it were removed, but for those that another one tells of. */
  limits: Limit[]
}

interface Limit {
  number: number
  before: string
  until: number
}

/** Checks the chain of records, and what each of them says. */
export function checkRecords(database: DatabaseSync, findings: Findings): PurgeSummary {
  const all = database.prepare(`SELECT * FROM ${PURGES} ORDER BY number`)
  all.setReadBigInts(true) // there may be numbers now that JavaScript has not
  const brokenText = brokenTextOf(database, PURGES)
  const now = new Date()
  const summary: PurgeSummary = { count: 0, last: undefined, limits: [] }
  for (const each of all.iterate()) {
    const row = withNumbers(each)
    const record = row as PurgeRecord
    const { number, before } = record
    const removed = rangesOf(record)
    const fault = brokenText(row, number) ?? faultOf(record, summary.last) ?? contentFaultOf(record, removed, now)
    if (fault) findings.note(removed[0]?.from ?? 0, `Record ${number} of what retention removed ${fault}.`)
    summary.count += sizeOf(removed)
    summary.last = record
    addLimit(summary.limits, { number, before, until: removed.at(-1)?.to ?? 0 })
  }
  return summary
}

/** Keeps limits that no other one includes. They are few: later records reach as far as earlier ones, and are of later. */
function addLimit(limits: Limit[], limit: Limit) {
  const includes = (one: Limit, other: Limit) => one.before >= other.before && one.until >= other.until
  if (limits.some((each) => includes(each, limit))) return
  limits.splice(0, limits.length, ...limits.filter((each) => !includes(limit, each)), limit)
}

/**
 * Reads the arrivals of what was removed, in their order. SQLite sorts them, in a file if they are many.
 */
export function* purgedRanges(database: DatabaseSync): Generator<PurgedRange> {
  const ranges = database.prepare(
    `SELECT r.value ->> 0 AS "from", r.value ->> 1 AS "to", p."before" FROM ${PURGES} p,
       json_each(iif(json_valid(p.sequences), p.sequences, '[]')) r WHERE r.type = 'array' ORDER BY 1`
  )
  ranges.setReadBigInts(true)
  for (const each of ranges.iterate()) yield withNumbers(each) as unknown as PurgedRange
}

/** Answers for events in the order of their arrivals whether retention removed them. */
export class Purged {
  private readonly ranges: Iterator<PurgedRange>
  private readonly limits: Limit[]
  private range: PurgedRange | undefined

  /**
   * @param ranges those that were removed, ordered by arrival
   * @param limits see {@link PurgeSummary}
   */
  constructor(ranges: Iterator<PurgedRange>, limits: Limit[]) {
    this.ranges = ranges
    this.limits = limits
    this.advance()
  }

  /** Whether a record tells that an event was removed, and the event is as old as the record says. */
  includes({ sequence, instant }: Pick<Leaf, 'sequence' | 'instant'>): boolean {
    while (this.range && this.range.to < sequence) this.advance()
    return this.range !== undefined && this.range.from <= sequence && instant < this.range.before
  }

  /**
   * What is wrong with a record if an event is there: retention removes all that are as old, so a record of some of them
   * was not made by it.
   */
  faultIfThere(event: Sealed): string | undefined {
    const { sequence, instant } = event
    const limit = this.limits.find(({ until, before }) => sequence <= until && instant < before)
    return (
      limit && `Record ${limit.number} of what retention removed leaves out event ${named(event)}, which is as old.`
    )
  }

  private advance() {
    const step = this.ranges.next()
    this.range = step.done ? undefined : step.value
  }
}
