/** What the seals say: each chain by itself, and the events that all of them cover. */
import type { DatabaseSync } from 'node:sqlite'
import { withNumbers } from './canonical.ts'
import { coverFaultOf, faultOf, leavesOf, type Leaf, type Seal } from './chain.ts'
import { named, type Findings } from './findings.ts'
import { SEALS } from '../database/sqlite/tables.ts'
import { brokenTextOf } from './text.ts'

/** An event that a seal covers, and the tenant whose chain the seal is in. */
export type Sealed = Leaf & { tenant: string }

/**
 * Checks the chain of each tenant.
 * @returns how many seals there are
 */
export function checkChains(database: DatabaseSync, findings: Findings): number {
  const all = database.prepare(`SELECT rowid AS "#row", * FROM ${SEALS} ORDER BY tenant, number`)
  all.setReadBigInts(true) // there may be numbers now that JavaScript has not
  const brokenText = brokenTextOf(database, SEALS)
  let count = 0
  let last: Seal | undefined
  for (const each of all.iterate()) {
    const { '#row': rowid, ...row } = withNumbers(each)
    const seal = row as Seal
    const { tenant, number } = seal
    const previous = last?.tenant === tenant ? last : undefined
    const leaves = leavesOf(seal)
    const fault = brokenText(row, rowid as number) ?? faultOf(seal, previous) ?? coverFaultOf(seal, leaves, previous)
    const [first] = leaves
    const events = first ? `, which covers events from ${named({ ...first, tenant })} on,` : ''
    if (fault)
      findings.note(first?.sequence ?? seal.firstSequence, `Seal ${number} of tenant '${tenant}'${events} ${fault}.`)
    last = seal
    count++
  }
  return count
}

/**
 * Reads all events that seals cover, in the order in which they came in. It holds those of a few seals only: no later
 * seal covers what came in before its first event.
 */
export function* sealedEvents(database: DatabaseSync, findings: Findings): Generator<Sealed> {
  const order = database.prepare(`SELECT rowid AS "row", firstSequence FROM ${SEALS} ORDER BY firstSequence, rowid`)
  const read = database.prepare(`SELECT tenant, number, leaves FROM ${SEALS} WHERE rowid = ?`)
  for (const each of [order, read]) each.setReadBigInts(true)
  const waiting = new Map<number, Sealed>()
  let end = -Infinity
  for (const { row, firstSequence } of order.iterate() as Iterable<Record<'row' | 'firstSequence', bigint>>) {
    const begin = Number(firstSequence)
    for (const event of takeUntil(waiting, begin)) yield event
    end = Math.max(end, begin)
    const { tenant, number, leaves } = read.get(row) as unknown as Seal
    for (const leaf of leavesOf({ leaves })) {
      const event = { ...leaf, tenant }
      if (leaf.sequence < end || waiting.has(leaf.sequence))
        findings.note(
          leaf.sequence,
          `Event ${named(event)} is covered once more, by seal ${number} of tenant '${tenant}'.`
        )
      else waiting.set(leaf.sequence, event)
    }
  }
  yield* takeUntil(waiting, Infinity)
}

/** Takes the events that came in before one, in their order. */
function takeUntil(waiting: Map<number, Sealed>, end: number): Sealed[] {
  const due = [...waiting.values()].filter(({ sequence }) => sequence < end)
  for (const { sequence } of due) waiting.delete(sequence)
  return due.sort((one, other) => one.sequence - other.sequence)
}
