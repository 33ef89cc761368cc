/** Recognizes the filters of the scenarios by their text, and translates them to SQL. */
import { instant } from './event.ts'
import { Refusal } from './http.ts'

/** A condition on rows, with the index that serves it. */
export interface Condition {
  /** SQL that follows other conditions; empty for all rows. */
  sql: string
  values: string[]
  index: string
}

interface Term {
  pattern: RegExp
  sql: string
  /** Converts the text that the pattern captures to what the column has. */
  value: (text: string) => string
  index?: string
}

const TEXT = "'((?:[^']|'')*)'"
const TIME = '([\\dTZ:.+-]+)'

const TERMS: Term[] = [
  term(`activityDateTime ge ${TIME}`, 'time >= ?', { value: pointInTime }),
  term(`activityDateTime lt ${TIME}`, 'time < ?', { value: pointInTime }),
  term(`statusInfo/status eq ${TEXT}`, 'status = ?', { index: 'events_status' }),
  term(`jobId eq ${TEXT}`, 'job = ?', { index: 'events_job' }),
  term(`changeId eq ${TEXT}`, 'change = ?', { index: 'events_change' }),
  term(`targetIdentity/displayName eq ${TEXT}`, 'target = ?', { index: 'events_target' }),
  term(`contains\\(targetIdentity/displayName,${TEXT}\\)`, 'instr(target, ?) > 0'),
  term(`modifiedProperties/any\\(p:p/displayName eq ${TEXT}\\)`, 'instr(changed, ?) > 0', { value: changedProperty })
]

/**
 * Reads a filter: terms of the scenarios, connected by `and`.
 * @param filter the query option, if sent
 * @throws {Refusal} 501 for anything else
 */
export function condition(filter = ''): Condition {
  const found: Condition = { sql: '', values: [], index: 'events_time' }
  for (let at = 0; at < filter.length;) at = readTerm(filter, at, found)
  return found
}

function readTerm(filter: string, at: number, found: Condition): number {
  for (const { pattern, sql, value, index } of TERMS) {
    pattern.lastIndex = at
    const [, text] = pattern.exec(filter) ?? []
    if (text === undefined) continue
    found.sql += ` AND ${sql}`
    found.values.push(value(text.replaceAll("''", "'")))
    found.index = index ?? found.index
    return pattern.lastIndex
  }
  throw unknown(filter)
}

/** The name of a changed property as a row lists it: each is JSON on a line of its own. */
export function changedProperty(name: string): string {
  return `\n${JSON.stringify(name)}\n`
}

/** The refusal of what no scenario asks for. */
export function unknown(text: string) {
  return new Refusal(501, 'notImplemented', `The baseline does not know '${text}'.`)
}

function term(pattern: string, sql: string, more: Partial<Term> = {}): Term {
  return { pattern: new RegExp(`${pattern}(?: and |$)`, 'y'), sql, value: (text) => text, ...more }
}

function pointInTime(text: string) {
  return instant(text) ?? ''
}
