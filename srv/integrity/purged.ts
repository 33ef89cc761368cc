/** What retention removed, according to its records: see db/purges.cds. */
import type { History, PurgedRange, PurgeRecord } from '../database/log.ts'
import { faultOf, type Leaf, type Sealed } from './chain.ts'
import { encodingFault, named, type Findings } from './findings.ts'
import { contentFaultOf, rangesOf, sizeOf } from './purge-record.ts'

/** What all records say together. */
export interface PurgeSummary {
  /** How many events were removed. */
  count: number
  /** The last record. */
  last: PurgeRecord | undefined
  /** Up to which arrival all events before an instant were removed; none of these includes another. */
  limits: Limit[]
}

interface Limit {
  number: number
  before: string
  until: number
}

/** Checks the chain of records and the content of each. */
export async function checkRecords(log: History, findings: Findings): Promise<PurgeSummary> {
  const now = new Date()
  const summary: PurgeSummary = { count: 0, last: undefined, limits: [] }
  for await (const { row: record, brokenColumn } of log.purges()) {
    const { number, before } = record
    const removed = rangesOf(record)
    const fault = encodingFault(brokenColumn) ?? faultOf(record, summary.last) ?? contentFaultOf(record, removed, now)
    if (fault) findings.note(removed[0]?.from ?? 0, `Record ${number} of what retention removed ${fault}.`)
    summary.count += sizeOf(removed)
    summary.last = record
    addLimit(summary.limits, { number, before, until: removed.at(-1)?.to ?? 0 })
  }
  return summary
}

/** Keeps limits that no other includes. They are few, as later records usually include earlier ones. */
function addLimit(limits: Limit[], limit: Limit) {
  const includes = (one: Limit, other: Limit) => one.before >= other.before && one.until >= other.until
  if (limits.some((each) => includes(each, limit))) return
  limits.splice(0, limits.length, ...limits.filter((each) => !includes(limit, each)), limit)
}

/** Tells for events, asked in order of arrival, whether retention removed them. */
export class Purged {
  private readonly ranges: AsyncIterator<PurgedRange>
  private readonly limits: Limit[]
  private range: PurgedRange | undefined = { from: -Infinity, to: -Infinity, before: '' }

  /**
   * @param ranges the removed ranges, ordered by arrival
   * @param limits see {@link PurgeSummary}
   */
  constructor(ranges: AsyncIterable<PurgedRange>, limits: Limit[]) {
    this.ranges = ranges[Symbol.asyncIterator]()
    this.limits = limits
  }

  /** Whether a record covers an event, and the event is as old as the record says. */
  async includes({ sequence, instant }: Pick<Leaf, 'sequence' | 'instant'>): Promise<boolean> {
    while (this.range && this.range.to < sequence) {
      const step = await this.ranges.next()
      this.range = step.done ? undefined : step.value
    }
    return this.range !== undefined && this.range.from <= sequence && instant < this.range.before
  }

  /**
   * Checks that a record did not leave out an event that is there. Retention removes all events before its limit, so a
   * record of only some of them was not made by it.
   */
  faultIfThere(event: Sealed): string | undefined {
    const { sequence, instant } = event
    const limit = this.limits.find(({ until, before }) => sequence <= until && instant < before)
    return (
      limit && `Record ${limit.number} of what retention removed leaves out event ${named(event)}, which is as old.`
    )
  }
}
