/** Statements, and where the values in them come from. */
import { inspect } from 'node:util'
import type { Source, Value } from '../cqn/cqn.ts'

/** A statement as the database receives it. */
export interface Statement {
  sql: string
  values: unknown[]
  /**
   * Whether its rows have texts only: all that it finds, whose size it limits itself, or only the first rows, up to the
   * one whose first text no longer fits into a result, if the engine can end it there.
   */
  givesTexts?: 'all' | 'fitting' | undefined
}

/** A value of a statement that comes from the request, or from the protocol itself. */
export class SourcedValue {
  readonly value: Value
  readonly source: Source | undefined

  constructor(value: Value, source: Source | undefined) {
    this.value = value
    this.source = source
  }

  /** Shown as the value in the log. */
  [inspect.custom]() {
    return inspect(this.value)
  }
}

/** A literal, or another value that a request contains. */
export interface Literal {
  option: string
  position: number
  text: string
}

/** A row that a statement gives: values by the names of their columns. */
export type Row = Record<string, unknown>
