/** Expressions with what is known of their values: types, forms for other places, and what they need to be true. */
import type { Cqn } from './cqn.ts'

/**
 * The types that operators and functions of OData distinguish. `any` is the type of a member of an open type. Only
 * `isof` takes a `collection`.
 */
export type ValueType = PrimitiveValueType | 'null' | 'any' | 'complex' | 'collection'
type PrimitiveValueType = 'string' | 'number' | 'boolean' | 'dateTime' | 'date' | 'time' | 'duration' | 'binary'

export interface Enumeration {
  /** Qualified name, for example `microsoft.graph.initiatorType`. */
  name: string
  /** The members, each with its index as its value. */
  members: string[]
  /** The member that stands for any text that names none. */
  unknown: string
}

export interface Typed {
  /**
   * The expression. A point in time is its instant, a duration its 100 ns ticks, a complex value whether it exists. For
   * a condition it is true where the condition is, and otherwise false or null: see odata/expressions/logic.ts.
   */
  cqn: Cqn
  type: ValueType
  /** The exact value of a condition (false or null where it is), if {@link cqn} is not exact. */
  exact?: Cqn | undefined
  /** Whether it is null, for a value that also stands for those of other types as null. */
  isNull?: Cqn
  /** Where a member of an open type is. */
  member?: Member
  structure?: Structure
  /** The enumeration whose members the texts are. */
  enumeration?: Enumeration
  /** The text as it compares in any case, if that is how members of an enumeration are told or how it is indexed. */
  inAnyCase?: Cqn
  /** The enumeration that a literal names. */
  literalOf?: string | undefined
  /** For a text in lower case, the text that it was made from. */
  lowered?: Typed | undefined
  /** The texts that must be there for a condition to be true, each time in one of some ways. */
  texts?: Ways[] | undefined
  /** The text that a column equals where a condition is true, as an index of the column finds it. */
  equal?: Sought | undefined
  /** The name of its type, if it is shown with another one than most computed values of its kind. */
  shownAs?: string | undefined
  /** Whether a number is known to be whole. */
  whole?: boolean | undefined
  /** Whether the number may be too large for JavaScript. */
  isLarge?: boolean | undefined
  /** Whether the number may be NaN, which statements represent as text: see sqlite/evaluation.ts. */
  mayBeNaN?: boolean | undefined
  /** Whether the value is never null. */
  required?: boolean
  /** The text of a point in time with its own offset, for its year, hour and so on. */
  local?: Cqn
  /** Where the expression starts in the query option. */
  position: number
}

/** An expression that does not stand in the query option itself, but is made of others that do. */
export type Unplaced = Omit<Typed, 'position'>

/** The ways in which a condition may be true: the texts that must all be there for each. */
export type Ways = Sought[][]

/** A text, and the column that contains it, in any case; any column of an event if none is named. */
export interface Sought {
  column?: string | undefined
  text: Cqn
  /** Whether the column equals it. */
  whole?: boolean
}

export interface Member {
  source: Cqn | string
  path: string[]
}

/** The types that a complex value or a collection may have, each with the condition for it. */
export type Structure = [type: string, condition: Cqn][]
