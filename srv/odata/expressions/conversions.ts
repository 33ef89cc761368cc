/** How a value of a primitive type becomes one of another. */
import { func, val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Typed, Unplaced, ValueType } from '../../cqn/typed.ts'
import { INTEGERS, primitiveFor } from '../../cqn/primitives.ts'
import { exactly } from './logic.ts'

/** A text as a value of another type; null where it has none. */
export function converted(text: Typed, type: ValueType): Unplaced {
  const name = primitiveFor(type)
  return name ? castTo(text, name, type) : text
}

/** A value cast to a primitive type; null where it cannot be cast. @param type what its values are taken for */
export function castTo(subject: Typed, name: string, type: ValueType): Unplaced {
  if (subject.type === type && type === 'dateTime') return { cqn: subject.cqn, local: subject.local, type }
  const value = type === 'string' ? asText(subject) : exactly(subject)
  const whole = INTEGERS.has(name)
  const mayBeNaN = type === 'number' && !whole && (subject.type === 'string' || subject.mayBeNaN)
  const cqn = func('odata_cast', value, val(subject.type), val(name))
  return { cqn, type, whole, isLarge: name === 'Edm.Int64', mayBeNaN }
}

/** What becomes a text: of a point in time the one that is shown. */
function asText(subject: Typed): Cqn {
  const { cqn, local, type } = subject
  return local ?? (type === 'dateTime' ? xpr(cqn, '||', val('Z')) : exactly(subject))
}
