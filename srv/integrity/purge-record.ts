/** The record of what retention removed: see db/purges.cds. */
import type { PurgedRange, PurgeRecord } from '../database/log.ts'
import { instant } from '../values/datetime.ts'
import { linked } from './chain.ts'

/**
 * Makes the next record.
 * @param sequences the arrivals of the removed events, in order
 * @param previous the last record, if there is one
 */
export function nextRecord(
  sequences: number[],
  before: string,
  purgedBy: string,
  previous: Pick<PurgeRecord, 'number' | 'hash'> | undefined,
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

/** The number of events in ranges. */
export function sizeOf(removed: PurgedRange[]) {
  return removed.reduce((sum, { from, to }) => sum + to - from + 1, 0)
}

/** How far the clock of the machine that verifies may lag behind that of the one that purged, in milliseconds. */
const CLOCKS_DIFFER = 5 * 60 * 1000

/**
 * Checks the content of a record.
 * @param removed its ranges, as {@link rangesOf} reads them
 * @returns the end of a sentence that begins with the record, or undefined if all is well
 */
export function contentFaultOf(record: PurgeRecord, removed: PurgedRange[], now: Date): string | undefined {
  const { before, purgedAt, count } = record
  const limit = instant(`${before}Z`)
  const date = instant(purgedAt)
  const isInOrder = removed.every(({ from, to }, index) => from <= to && from > (removed[index - 1]?.to ?? -Infinity))
  if (!isInOrder || !removed.length || sizeOf(removed) !== count) return 'does not tell of as many events as it says'
  if (limit !== before || !date) return 'has a limit or a date that is none'
  if (before > date) return 'has a limit that lies after its own date'
  if (Date.parse(purgedAt) > now.getTime() + CLOCKS_DIFFER) return 'has a date that lies in the future'
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
