/** Chains: of seals, one for each tenant (db/seals.cds), and of the records of retention (db/purges.cds). */
import { hash } from 'node:crypto'
import type { Arrival, Seal, StoredRow, StoredValue } from '../database/log.ts'

/** What a seal keeps of an event. */
export interface Leaf {
  sequence: number
  id: string
  /** When the event happened, in UTC. Retention goes by it. */
  instant: string
  /** The digest of all stored columns of the event. */
  digest: string
}

/** A leaf with the tenant whose chain the seal is in; empty for events without one. */
export type Sealed = Leaf & { tenant: string }

/** What a seal keeps of an event, or undefined if the event is gone. */
export function sealable({ sequence, id, event }: Arrival): Sealed | undefined {
  if (!event) return undefined
  const { row } = event
  return { sequence, id, instant: String(row.activityDateTime_utc), tenant: tenantOf(row), digest: digestOf(row) }
}

/** The tenant of an event; empty if it has none. */
export function tenantOf({ tenantId }: StoredRow) {
  return String(tenantId ?? '')
}

/**
 * Writes a row as canonical JSON (RFC 8785). Columns without a value are left out, so that adding a
 * column to the schema does not change the form of earlier rows.
 */
export function canonicalJson(row: StoredRow): string {
  const names = Object.keys(row).filter((name) => row[name] !== null)
  names.sort() // by UTF-16 code units (RFC 8785, 3.2.3)
  const members = names.map((name) => `${JSON.stringify(name)}:${valueJson(row[name] ?? null)}`)
  return `{${members.join(',')}}`
}

function valueJson(value: StoredValue) {
  if (typeof value === 'bigint') return String(value) // all digits, where RFC 8785 writes a double
  // No column of the model is binary, but a database may store bytes in any. They must not pass for text.
  if (value instanceof Uint8Array) return `{"hex":"${Buffer.from(value).toString('hex')}"}`
  return JSON.stringify(value)
}

/** The SHA-256 of a row in canonical form, in hexadecimal digits. */
export function digestOf(row: StoredRow): string {
  return hash('sha256', canonicalJson(row))
}

type Link = { number: number; hash: string; previous: string | null }

/** The hash of a link: the digest of all its other columns. */
export function hashOf({ hash: _, ...content }: Link) {
  return digestOf(content)
}

/** Appends content to a chain. @returns the content with its number, the hash of the previous link, and its own hash */
export function linked<Content extends object>(content: Content, previous: Pick<Link, 'number' | 'hash'> | undefined) {
  const link = { ...content, number: (previous?.number ?? 0) + 1, previous: previous?.hash ?? null, hash: '' }
  return { ...link, hash: hashOf(link) }
}

/** Makes the next seal of a tenant. @param leaves the events to cover, at least one, in order of arrival */
export function nextSeal(
  tenant: string,
  leaves: Leaf[],
  previous: Pick<Seal, 'number' | 'hash'> | undefined,
  now: Date
): Seal {
  const sequences = leaves.map(({ sequence }) => sequence)
  const content = {
    tenant,
    firstSequence: sequences[0] as number,
    lastSequence: sequences.at(-1) as number,
    count: leaves.length,
    leaves: JSON.stringify(leaves.map(({ sequence, id, instant, digest }) => [sequence, id, instant, digest])),
    sealedAt: now.toISOString()
  }
  return linked(content, previous)
}

/** The events that a seal covers; none if the column is unreadable. */
export function leavesOf({ leaves }: Pick<Seal, 'leaves'>): Leaf[] {
  try {
    const rows = JSON.parse(leaves) as [number, string, string, string][]
    return rows.map(([sequence, id, instant, digest]) => ({ sequence, id, instant, digest }))
  } catch {
    return []
  }
}

/** Checks a link of a chain. @returns the end of a sentence that begins with the link, or undefined if all is well */
export function faultOf(link: Link, previous: Pick<Link, 'number' | 'hash'> | undefined): string | undefined {
  if (hashOf(link) !== link.hash) return 'was altered: its hash is not that of its content'
  const expected = (previous?.number ?? 0) + 1
  if (link.number !== expected) return `follows after a gap: number ${expected} was removed`
  if (link.previous !== (previous?.hash ?? null)) return 'does not follow from the one before it'
  return undefined
}

/** Checks what a seal covers, with its {@link leavesOf}. @returns the end of a sentence, or undefined if all is well */
export function coverFaultOf(
  seal: Pick<Seal, 'firstSequence' | 'lastSequence' | 'count'>,
  leaves: Leaf[],
  previous: Pick<Seal, 'lastSequence'> | undefined
): string | undefined {
  const isInOrder = leaves.every(
    ({ sequence }, index) => index === 0 || sequence > (leaves[index - 1] as Leaf).sequence
  )
  const [first, last] = [leaves[0]?.sequence, leaves.at(-1)?.sequence]
  if (!isInOrder || first !== seal.firstSequence || last !== seal.lastSequence || leaves.length !== seal.count)
    return 'does not cover what it says'
  if (previous && seal.firstSequence <= previous.lastSequence)
    return 'covers what came in before the end of the one before it'
  return undefined
}
