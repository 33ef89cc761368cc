/** Reads the seals: checks each chain, and lists the events that all of them cover. */
import type { History, Seal } from '../database/log.ts'
import { coverFaultOf, faultOf, leavesOf, type Sealed } from './chain.ts'
import { encodingFault, named, type Findings } from './findings.ts'

/** The end of a chain. */
export type LatestSeal = Pick<Seal, 'tenant' | 'number' | 'firstSequence' | 'lastSequence' | 'sealedAt' | 'hash'>

/** Checks the chain of each tenant. @returns the number of seals, and the latest one of each tenant */
export async function checkChains(log: History, findings: Findings): Promise<{ count: number; latest: LatestSeal[] }> {
  const latest: LatestSeal[] = []
  let count = 0
  for await (const { row: seal, brokenColumn } of log.seals()) {
    const { tenant, number, firstSequence, lastSequence, sealedAt, hash } = seal
    const previous = latest.at(-1)?.tenant === tenant ? latest.pop() : undefined
    const leaves = leavesOf(seal)
    const fault = encodingFault(brokenColumn) ?? faultOf(seal, previous) ?? coverFaultOf(seal, leaves, previous)
    const [first] = leaves
    const events = first ? `, which covers events from ${named({ ...first, tenant })} on,` : ''
    if (fault)
      findings.note(first?.sequence ?? firstSequence, `Seal ${number} of tenant '${tenant}'${events} ${fault}.`)
    latest.push({ tenant, number, firstSequence, lastSequence, sealedAt, hash })
    count++
  }
  return { count, latest }
}

/**
 * Reads all events that seals cover, in order of arrival. It holds those of a few seals only, as seals are read by
 * first arrival: no later one covers an earlier arrival.
 */
export async function* sealedEvents(log: History, findings: Findings): AsyncGenerator<Sealed> {
  const waiting = new Map<number, Sealed>()
  let end = -Infinity
  for await (const { tenant, number, firstSequence, leaves } of log.sealsByArrival()) {
    yield* takeUntil(waiting, firstSequence)
    end = Math.max(end, firstSequence)
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

function takeUntil(waiting: Map<number, Sealed>, end: number): Sealed[] {
  const due = [...waiting.values()].filter(({ sequence }) => sequence < end)
  for (const { sequence } of due) waiting.delete(sequence)
  return due.sort((one, other) => one.sequence - other.sequence)
}
