/** Casts to the primitive types of OData (OData URL Conventions 4.01, 5.1.1.10.1), with the functions of cast-functions.ts. */
import { DECIMALS, INTEGERS, PRIMITIVES } from '../../cqn/primitives.ts'
import { byBytes } from './dialect.ts'

/** The function for a text as a value of each type. */
const OF_TEXT: Record<string, string> = {
  'Edm.String': '',
  'Edm.Boolean': 'odata_to_boolean',
  'Edm.DateTimeOffset': 'odata_to_instant',
  'Edm.Date': 'odata_to_date',
  'Edm.TimeOfDay': 'odata_to_time',
  'Edm.Duration': 'odata_to_duration',
  'Edm.Guid': 'odata_to_guid',
  'Edm.Binary': 'odata_to_binary'
}

/**
 * Renders a cast.
 * @param value renders the value, and adds to the values of the statement: called once, and only if it is part of it
 * @param from what type of value it is
 */
export function castSql(value: () => string, from: string, to: string): string {
  const bounds = INTEGERS.get(to)
  if (from === 'string' || from === 'number') {
    if (bounds) return `odata_to_integer(${value()},${bounds.join()})`
    if (to === 'Edm.Single' && from === 'number') return `odata_to_single(odata_to_double(${value()}))`
    if (DECIMALS.includes(to)) return `odata_to_double(${value()})`
  }
  if (from === 'string') return `${OF_TEXT[to]}(${value()})`
  if (to === 'Edm.String') {
    if (from === 'number') return byBytes(`odata_text(${value()})`)
    if (from === 'duration') return byBytes(`odata_duration(${value()})`)
    return from === 'boolean' ? byBytes(`cast(${value()} as text)`) : `(${value()})`
  }
  return PRIMITIVES.get(to) === from ? `(${value()})` : `cast(null as ${typeOf(to)})`
}

function typeOf(to: string) {
  if (INTEGERS.has(to) || to === 'Edm.Duration') return 'bigint'
  if (DECIMALS.includes(to)) return 'double precision'
  return to === 'Edm.Boolean' ? 'boolean' : 'text'
}
