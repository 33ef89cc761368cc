/** Copies a log to another database: see migrate.ts. */
import type { Arrival, Inspected, Log } from '../database/log.ts'
import { isDeepStrictEqual as areEqual } from 'node:util'
import { digestOf } from '../integrity/chain.ts'
import { rangesOf } from '../integrity/purge-record.ts'

/** How many rows are read at once, and how many characters of them are written at once, unless a row has more. */
const MOST_ROWS = 1000
const MOST_TEXT = 2 ** 22

/**
 * Copies what is not there yet: arrivals in their order, with their events, then seals and records of removals.
 * @param copied is told the number of the last arrival that was copied, each time some were
 * @throws {Error} if the other database has another log, or somebody adds to it
 */
export async function copyLog(from: Log, log: Log, copied: (last: number) => void) {
  await using copy = await log.openCopy()
  let last = await copy.lastArrival()
  if (last && !areEqual(await digests(from, last - 1, 1), await digests(log, last - 1, 1)))
    throw new Error('the database has other events than the file: choose an empty database.')
  const secret = await from.tokenSecret()
  if (secret !== undefined) await copy.useSecret(secret)
  copied(last)
  for (let before = -1; before !== last;) {
    before = last
    for await (const arrivals of portions(from.eventsAfter(last, MOST_ROWS))) {
      await copy.addArrivals(last, arrivals)
      last = (arrivals.at(-1) as Arrival).sequence
      copied(last)
    }
  }
  for await (const seals of portions(rowsOf(from.seals()))) await copy.addSeals(seals)
  for await (const purges of portions(rowsOf(from.purges()))) {
    // a record is made with the removal, and arrivals are copied in their order
    if (await copy.hasAny(purges.flatMap((each) => rangesOf(each)[0]?.from ?? []))) throw new Error(PURGED)
    await copy.addPurges(purges)
  }
}

const PURGED =
  'the database has events that retention has removed from the file since the copy began: choose an empty database.'

/** Compares the events that no seal covers. @returns how many there are @throws {Error} if they differ */
export async function compareUnsealed(one: Log, other: Log): Promise<number> {
  let [last, count] = [await one.lastSealed(), 0]
  for (;;) {
    const [left, right] = [await digests(one, last), await digests(other, last)]
    if (!areEqual(left, right)) throw new Error('events that are not sealed differ.')
    const end = left.at(-1)
    if (!end) return count
    last = end.sequence
    count += left.length
  }
}

const digests = (log: Log, after: number, most = MOST_ROWS) =>
  log.snapshot(() =>
    Array.fromAsync(log.eventsAfter(after, most), ({ sequence, id, event }) => ({
      sequence,
      id,
      digest: digestOf(event?.row ?? {})
    }))
  )

async function* rowsOf<Row>(rows: AsyncIterable<Inspected<Row>>) {
  for await (const { row } of rows) yield row
}

/** Groups items that follow each other; each group has a bounded size. */
async function* portions<Item extends object>(items: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let [portion, size]: [Item[], number] = [[], 0]
  for await (const item of items) {
    portion.push(item)
    size += sizeOf(item)
    if (size < MOST_TEXT && portion.length < MOST_ROWS) continue
    yield portion
    ;[portion, size] = [[], 0]
  }
  if (portion.length) yield portion
}

/** The characters of the texts in a row, or in the event of an arrival. */
const sizeOf = (item: object): number =>
  Object.values(item).reduce<number>((sum, value) => {
    if (typeof value === 'string') return sum + value.length
    return typeof value === 'object' && value !== null ? sum + sizeOf(value as object) : sum
  }, 0)
