/** Statements, and where the values in them come from. */
import type { Source, Value } from '../cqn/cqn.ts'

/** A statement, as the database was given it. */
export interface Statement {
  sql: string
  values: unknown[]
}

/** A value that a request gave, or the wire itself, on its way to the database. */
export class SourcedValue {
  readonly value: Value
  readonly source: Source | undefined

  constructor(value: Value, source: Source | undefined) {
    this.value = value
    this.source = source
  }
}

/** A literal, or something else that a request gives. */
export interface Literal {
  option: string
  position: number
  text: string
}

/** A row that a statement gives: values by the names of their columns. */
export type Row = Record<string, unknown>
