/** Values as expressions write them, and constants (OData URL Conventions 4.01, 5.1.1.14). */
import { instant } from '../datetime.ts'
import { text, val, type Source, type Typed } from './cqn.ts'
import type { Token } from './tokens.ts'

/**
 * The value of a token, or undefined if it has none.
 * @param option the query option that the token stands in
 */
export function literal({ kind, text: written, position }: Token, option: string): Omit<Typed, 'position'> | undefined {
  const value = (read: Source['read']) => val(read(written) ?? null, { option, position, read })
  const itself = text(written, { option, position, read: (each) => each })
  switch (kind) {
    case 'dateTime':
      return instant(written) ? { cqn: value(instant), local: itself, type: 'dateTime' } : undefined
    case 'string':
    case 'guid': // Edm.Guid against keys of type Edm.String
      return { cqn: itself, type: 'string' }
    case 'number':
      return { cqn: value(Number), type: 'number', whole: /^-?\d+$/.test(written) }
    case 'duration':
      return { cqn: val(written), type: 'duration' }
    case 'date':
      return midnight(written) ? { cqn: value((each) => midnight(each) && each), type: 'date' } : undefined
    case 'time':
      return { cqn: value(fullTime), type: 'time' }
    default:
      return undefined
  }
}

/** The points in time that functions without arguments stand for. */
export function pointNamed(name: string, now: Date) {
  if (name === 'now') return now.toISOString()
  if (name === 'mindatetime') return '0001-01-01T00:00:00Z'
  return name === 'maxdatetime' ? '9999-12-31T23:59:59.9999999Z' : undefined
}

/** Graph compares points in time with dates, which then stand for their midnight in UTC. */
export function dateAsDateTime(each: Typed, other: Typed): Typed {
  const { cqn } = each
  if (each.type !== 'date' || other.type !== 'dateTime' || !('val' in cqn) || typeof cqn.val !== 'string') return each
  const source = cqn.source && { ...cqn.source, read: midnight }
  return { ...each, type: 'dateTime', cqn: val(midnight(cqn.val) as string, source) }
}

function midnight(date: string) {
  return instant(`${date}T00:00Z`)
}

/** Times of day in a fixed width, `12:00:00.0000000`, so that their texts compare as they do. */
function fullTime(time: string): string {
  const [minutes = '', seconds = '00', fraction = ''] = /^(.{5})(?::(\d\d)(?:\.(\d+))?)?$/.exec(time)?.slice(1) ?? []
  return `${minutes}:${seconds}.${fraction.padEnd(7, '0').slice(0, 7)}`
}
