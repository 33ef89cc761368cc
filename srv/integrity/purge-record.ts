/** The records of what retention removed: see db/purges.cds. */
import type { History, LastPurge, PurgedRange, PurgeRecord } from '../database/log.ts'
import { instant } from '../values/datetime.ts'
import { faultOf, linked, type Leaf, type Sealed } from './chain.ts'
import { encodingFault, named, type Findings } from './findings.ts'

/** Makes the next record, of the arrivals of the removed events in their order. */
export function nextRecord(
  sequences: number[],
  before: string,
  purgedBy: string,
  previous: LastPurge | undefined,
  now: Date
): PurgeRecord {
  const content = {
    before,
    count: sequences.length,
    sequences: JSON.stringify(ranges(sequences)),
    purgedBy,
    purgedAt: now.toISOString()
  }
  return linked(content, previous)
}

/** The ranges in a record; none if the column is unreadable. */
export function rangesOf({ sequences, before }: Pick<PurgeRecord, 'sequences' | 'before'>): PurgedRange[] {
  try {
    return (JSON.parse(sequences) as [number, number][]).map(([from, to]) => ({ from, to, before }))
  } catch {
    return []
  }
}

function sizeOf(removed: PurgedRange[]) {
  return removed.reduce((sum, { from, to }) => sum + to - from + 1, 0)
}

/** How far the clock of the machine that verifies may lag behind that of the one that purged, in milliseconds. */
const CLOCKS_DIFFER = 5 * 60 * 1000

/** Checks a record, with its {@link rangesOf}. @returns the end of a sentence, or undefined if all is well */
export function contentFaultOf(record: PurgeRecord, removed: PurgedRange[], now: Date): string | undefined {
  const { before, purgedAt, count } = record
  const limit = instant(`${before}Z`)
  const date = instant(purgedAt)
  const isInOrder = removed.every(({ from, to }, index) => from <= to && from > (removed[index - 1]?.to ?? -Infinity))
  if (!isInOrder || !removed.length || sizeOf(removed) !== count) return 'does not tell of as many events as it says'
  if (limit !== before || !date) return 'has a limit or a date that is none'
  if (before > date) return 'has a limit that lies after its own date'
  // its date may lie in the future: the clock may have been ahead of the time by which retention goes
  if (Date.parse(`${before}Z`) > now.getTime() + CLOCKS_DIFFER) return 'has a limit that lies in the future'
  return undefined
}

function ranges(sequences: number[]) {
  const found: [number, number][] = []
  for (const sequence of sequences) {
    const last = found.at(-1)
    if (last?.[1] === sequence - 1) last[1] = sequence
    else found.push([sequence, sequence])
  }
  return found
}

/** What all records say together. */
export interface PurgeSummary {
  /** How many events were removed. */
  count: number
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

/** Tells for events, asked in order of arrival, whether retention removed them. @param ranges ordered by arrival */
export function removals(ranges: AsyncIterable<PurgedRange>, limits: Limit[]) {
  const all = ranges[Symbol.asyncIterator]()
  let range: PurgedRange | undefined = { from: -Infinity, to: -Infinity, before: '' }
  return {
    /** Whether a record covers an event, and the event is as old as the record says. */
    async include({ sequence, instant }: Pick<Leaf, 'sequence' | 'instant'>): Promise<boolean> {
      while (range && range.to < sequence) range = (await all.next()).value as PurgedRange | undefined
      return range !== undefined && range.from <= sequence && instant < range.before
    },

    /** Ends reading: SQLite would show the moment of a read that is under way for as long as that is. */
    close: () => all.return?.(),

    /** Checks that a record left out no event that is there: retention removes all before its limit. */
    faultIfThere(event: Sealed): string | undefined {
      const { sequence, instant } = event
      const limit = limits.find(({ until, before }) => sequence <= until && instant < before)
      return (
        limit && `Record ${limit.number} of what retention removed leaves out event ${named(event)}, which is as old.`
      )
    }
  }
}
