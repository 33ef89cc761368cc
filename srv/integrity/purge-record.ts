/** The record of what retention removed: see db/purges.cds. */
import { hashOf } from './chain.ts'

/** A record as it is stored. */
export type PurgeRecord = {
  number: number
  before: string
  count: number
  sequences: string
  purgedBy: string
  purgedAt: string
  previous: string | null
  hash: string
}

/** Events that happened before an instant and were removed, from one arrival to another. */
export interface PurgedRange {
  from: number
  to: number
  before: string
}

/**
 * Makes the next record.
 * @param sequences the arrivals of the events that are removed, in order
 * @param previous the last record, if there is one
 */
export function nextRecord(
  sequences: number[],
  before: string,
  purgedBy: string,
  previous: Pick<PurgeRecord, 'number' | 'hash'> | undefined,
  now: Date
): PurgeRecord {
  const record = {
    number: (previous?.number ?? 0) + 1,
    before,
    count: sequences.length,
    sequences: JSON.stringify(ranges(sequences)),
    purgedBy,
    purgedAt: now.toISOString(),
    previous: previous?.hash ?? null,
    hash: ''
  }
  return { ...record, hash: hashOf(record) }
}

/** The ranges that a record tells of; none if its column was made unreadable. */
export function rangesOf({ sequences, before }: PurgeRecord): PurgedRange[] {
  try {
    return (JSON.parse(sequences) as [number, number][]).map(([from, to]) => ({ from, to, before }))
  } catch {
    return []
  }
}

/**
 * Whether retention removed an event.
 * @param purged all that it removed, ordered by arrival
 */
export function wasPurged(purged: PurgedRange[], { sequence, instant }: { sequence: number; instant: string }) {
  let [low, high] = [0, purged.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((purged[middle] as PurgedRange).to < sequence) low = middle + 1
    else high = middle
  }
  const range = purged[low]
  return range !== undefined && range.from <= sequence && instant < range.before
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
