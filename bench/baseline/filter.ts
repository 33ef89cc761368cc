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

type Term = [filter: string, sql: string, index?: string, valueOf?: (text: string) => string]

/** `TEXT` and `TIME` stand for literals, and `valueOf` converts these to what the column has. */
const TERMS = (
  [
    ['activityDateTime ge TIME', 'time >= ?', undefined, (text) => instant(text) ?? ''],
    ['activityDateTime lt TIME', 'time < ?', undefined, (text) => instant(text) ?? ''],
    ['statusInfo/status eq TEXT', 'status = ?', 'events_status'],
    ['jobId eq TEXT', 'job = ?', 'events_job'],
    ['changeId eq TEXT', 'change = ?', 'events_change'],
    ['targetIdentity/displayName eq TEXT', 'target = ?', 'events_target'],
    ['contains\\(targetIdentity/displayName,TEXT\\)', 'instr(target, ?) > 0'],
    ['modifiedProperties/any\\(p:p/displayName eq TEXT\\)', 'instr(changed, ?) > 0', undefined, changedProperty]
  ] satisfies Term[]
).map(([filter, sql, index, valueOf = String]: Term) => {
  const pattern = filter.replace('TEXT', "'((?:[^']|'')*)'").replace('TIME', '([\\dTZ:.+-]+)')
  return { pattern: new RegExp(`${pattern}(?: and |$)`, 'y'), sql, index, valueOf }
})

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
  for (const { pattern, sql, valueOf, index } of TERMS) {
    pattern.lastIndex = at
    const [, text] = pattern.exec(filter) ?? []
    if (text === undefined) continue
    found.sql += ` AND ${sql}`
    found.values.push(valueOf(text.replaceAll("''", "'")))
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
