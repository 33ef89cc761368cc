/** Values as expressions write them, and constants (OData URL Conventions 4.01, 5.1.1.14). */
import { instant } from '../datetime.ts'
import { text, val, type Typed } from './cqn.ts'

/** The value of a token, or undefined if it has none. */
export function literal(kind: string, source: string): Omit<Typed, 'position'> | undefined {
  const point = kind === 'dateTime' ? instant(source) : undefined
  if (point) return { cqn: val(point), local: text(source), type: 'dateTime' }
  switch (kind) {
    case 'string':
    case 'guid': // Edm.Guid against keys of type Edm.String
      return { cqn: text(source), type: 'string' }
    case 'number':
      return { cqn: val(Number(source)), type: 'number', whole: /^-?\d+$/.test(source) }
    case 'duration':
      return { cqn: val(source), type: 'duration' }
    case 'date':
      return midnight(source) ? { cqn: val(source), type: 'date' } : undefined
    case 'time':
      return { cqn: val(fullTime(source)), type: 'time' }
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
  const value = 'val' in each.cqn ? each.cqn.val : undefined
  if (each.type !== 'date' || other.type !== 'dateTime' || typeof value !== 'string') return each
  return { ...each, type: 'dateTime', cqn: val(midnight(value) as string) }
}

function midnight(date: string) {
  return instant(`${date}T00:00Z`)
}

/** Times of day in a fixed width, `12:00:00.0000000`, so that their texts compare as they do. */
function fullTime(time: string): string {
  const [minutes = '', seconds = '00', fraction = ''] = /^(.{5})(?::(\d\d)(?:\.(\d+))?)?$/.exec(time)?.slice(1) ?? []
  return `${minutes}:${seconds}.${fraction.padEnd(7, '0').slice(0, 7)}`
}
