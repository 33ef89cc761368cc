/** Exports of the latest seals. Kept elsewhere, they prove that the log was neither cut off nor sealed anew. */
import type { History, PurgeRecord } from '../database/log.ts'
import type { Findings } from './findings.ts'
import type { LatestSeal } from './sealed.ts'

/** The ends of all chains as of one moment. */
export interface ChainEnds {
  /** The latest seal of each tenant. */
  seals: LatestSeal[]
  /** The latest record of a removal. */
  purge: Pick<PurgeRecord, 'number' | 'purgedAt' | 'hash'> | null
}

/** Reads an export. @throws {Error} if it is not an export, or has no seals to compare with */
export function readExport(text: string): ChainEnds {
  const { seals, purge } = (JSON.parse(text || 'null') ?? {}) as Partial<ChainEnds>
  if (!Array.isArray(seals) || !seals.length || purge === undefined) throw new Error('it holds no seals.')
  if (!seals.every((each) => isMadeOf(each, ['tenant', 'hash'], ['number', 'firstSequence', 'lastSequence'])))
    throw new Error('it holds a seal that is none.')
  if (purge !== null && !isMadeOf(purge, ['hash'], ['number']))
    throw new Error('it holds a record of what retention removed that is none.')
  return { seals, purge }
}

function isMadeOf(value: unknown, texts: string[], numbers: string[]): boolean {
  const members = (value ?? {}) as Record<string, unknown>
  return (
    texts.every((each) => typeof members[each] === 'string') &&
    numbers.every((each) => Number.isSafeInteger(members[each]))
  )
}

/** Checks that the log still has everything that was exported from it. */
export async function compareWithExport(log: History, { seals, purge }: ChainEnds, findings: Findings) {
  const keys = new Set(seals.map(keyOf))
  const hashes = new Map<string, string>()
  const ends = new Map<string, number>()
  const numbers = new Map(seals.map(({ tenant, number }) => [tenant, number]))
  const until = Math.max(...seals.map(({ lastSequence }) => lastSequence))
  for await (const { row } of log.seals()) {
    const { tenant, number, firstSequence, lastSequence, hash } = row
    const held = numbers.get(tenant) ?? 0
    ends.set(tenant, Math.max(ends.get(tenant) ?? 0, lastSequence))
    if (keys.has(keyOf(row))) hashes.set(keyOf(row), hash)
    // when the seals were exported, everything up to there was sealed
    if (number > held && firstSequence <= until)
      findings.note(
        firstSequence,
        `Seal ${number} of tenant '${tenant}' was added: it covers arrival ${firstSequence}, which was sealed when the seals were exported.`
      )
  }
  for (const seal of seals) {
    const { tenant, number, firstSequence, lastSequence, hash } = seal
    const found = hashes.get(keyOf(seal))
    const last = ends.get(tenant) ?? 0
    const which = `Seal ${number} of tenant '${tenant}', which is held elsewhere,`
    const events = `events of the tenant that came in after arrival ${last}, up to arrival ${lastSequence}`
    if (found === undefined) findings.note(last + 1, `${which} was removed: so were the ${events}, or their seals.`)
    else if (found !== hash)
      findings.note(
        firstSequence,
        `${which} was rewritten: events of the tenant up to arrival ${lastSequence} are not those that were sealed.`
      )
  }
  if (purge) await comparePurge(log, purge, findings)
}

const keyOf = ({ tenant, number }: Pick<LatestSeal, 'tenant' | 'number'>) => `${number} ${tenant}`

async function comparePurge(log: History, held: NonNullable<ChainEnds['purge']>, findings: Findings) {
  let found: string | undefined
  for await (const { row } of log.purges()) if (row.number === held.number) found = row.hash
  const which = `Record ${held.number} of what retention removed, which is held elsewhere,`
  if (found !== held.hash) findings.note(0, `${which} was ${found === undefined ? 'removed' : 'rewritten'}.`)
}
