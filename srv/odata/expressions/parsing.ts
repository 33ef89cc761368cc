/** What the parsers of the parts of an expression share: what names mean, and the parser of the whole. */
import type { Typed } from '../../cqn/typed.ts'
import type { Patterns } from '../../values/pattern.ts'
import type { KnownTypes } from '../model/schema.ts'
import type { Property, StructuredType } from '../model/types.ts'
import type { Cursor } from './cursor.ts'

/** What expressions are parsed against. */
export interface ExpressionContext {
  /** The type of the rows that the expression is about. */
  type: StructuredType
  /** The types that the expression may name. */
  types: KnownTypes
  /** The query option that the expression is the value of, for errors. */
  option: string
  /** Whether that option is a part of another one, which belongs to the shape of the request: see request/shape.ts. */
  isNested?: boolean | undefined
  /** When the request was made, for `now()`. */
  now: Date
  /** The values of parameter aliases (5.3). */
  aliases: Map<string, string>
  /** The patterns of the option so far. */
  patterns: Patterns
  /** How many items the lists of the option have together, wherever one is looked at. */
  lists: { items: number }
}

/** Where names are looked up: in an entity, or in an item of a collection, which is JSON. */
export interface Scope {
  type: StructuredType
  /** The name of the item in statements. */
  item?: string
  /** The property, if names are looked up in its value. */
  property?: Property
}

/** The parser of expressions, as the parsers of their parts use it: see parser.ts. */
export interface Parser {
  readonly cursor: Cursor
  readonly context: ExpressionContext
  readonly root: Scope
  /** What a path can begin with instead of a property: `$it`, `$this`, or a lambda variable. */
  readonly variables: Map<string, Scope>
  /** How many names the items of collections have been given. */
  readonly items: { count: number }
  /** A parser that goes on here and looks names up in another scope. `$it` stays what it is. */
  within: (scope: Scope) => Parser
  /** A parser that goes on here, about rows of another type. */
  about: (type: StructuredType) => Parser
  /** A parser of the value of an alias, which knows no variables, so that it means the same wherever names do. */
  ofAlias: (cursor: Cursor, name: string) => Parser
  /** An expression that is true, false or null. */
  condition: () => Typed
  /** Any expression, by precedence (5.1.1.17). */
  value: () => Typed
  literal: () => Typed
  /** The arguments of a function, or the items of a list, in parentheses. */
  arguments: () => Typed[]
}

export const isPrimitive = ({ type }: Typed) => type !== 'complex' && type !== 'collection'
