/** Recognises the queries that the scenarios ask, each by its text, and says what they are in SQL. */
import { instant } from '../../srv/values/datetime.ts'
import { Refusal } from './values.ts'

/** A condition on rows, with the index that serves it. */
export interface Condition {
  /** SQL without values; empty for all rows. */
  sql: string
  values: string[]
  index: string
}

interface Term {
  pattern: RegExp
  /** Writes the SQL; the groups are those of the pattern. */
  sql: (groups: string[]) => string
  value: (groups: string[]) => string
  /** The index for rows that are equal in it; others are found in the order of time. */
  index?: string
}

const TEXT = "'((?:[^']|'')*)'"
const OPERATORS: Record<string, string> = { ge: '>=', gt: '>', le: '<=', lt: '<' }

const TERMS: Term[] = [
  {
    pattern: /activityDateTime (ge|gt|le|lt) ([\dTZ:.+-]+)/y,
    sql: ([operator = '']) => `time ${OPERATORS[operator]} ?`,
    value: ([, point = '']) => pointInTime(point)
  },
  equal('statusInfo/status', 'status', 'events_status'),
  equal('jobId', 'job', 'events_job'),
  equal('changeId', 'change', 'events_change'),
  equal('targetIdentity/displayName', 'target', 'events_target'),
  {
    pattern: new RegExp(`contains\\(targetIdentity/displayName,${TEXT}\\)`, 'y'),
    sql: () => 'instr(target, ?) > 0',
    value: ([text = '']) => unquoted(text)
  },
  {
    pattern: new RegExp(`modifiedProperties/any\\((\\w+):\\1/displayName eq ${TEXT}\\)`, 'y'),
    sql: () => 'instr(changed, ?) > 0',
    value: ([, text = '']) => changedProperty(unquoted(text))
  }
]

/**
 * Reads a filter: the terms of the scenarios, connected by `and`.
 * @param filter the query option, if sent
 * @throws {Refusal} 501 for all else
 */
export function condition(filter: string | undefined): Condition {
  const found: Condition = { sql: '', values: [], index: 'events_time' }
  for (let at = 0; filter !== undefined; at += ' and '.length) {
    const [term, groups, end] = termAt(filter, at)
    found.sql += ` AND ${term.sql(groups)}`
    found.values.push(term.value(groups))
    found.index = term.index ?? found.index
    if ((at = end) === filter.length) break
    if (!filter.startsWith(' and ', at)) throw unknown(filter)
  }
  return found
}

function termAt(filter: string, at: number): [Term, groups: string[], end: number] {
  for (const term of TERMS) {
    term.pattern.lastIndex = at
    const groups = term.pattern.exec(filter)
    if (groups) return [term, groups.slice(1), at + groups[0].length]
  }
  throw unknown(filter)
}

const AGGREGATION =
  /^filter\((.*)\)\/compute\(date\(activityDateTime\) as day\)\/groupby\(\(day,statusInfo\/status\),aggregate\(\$count as events\)\)$/

/**
 * Reads the aggregation of the scenarios: the events of each day and status.
 * @param apply the query option
 * @returns which events are counted
 */
export function aggregation(apply: string): Condition {
  const [, filter] = AGGREGATION.exec(apply) ?? []
  if (filter === undefined) throw unknown(apply)
  return condition(filter)
}

/** The name of a changed property as it stands among those of an event: each is JSON on a line of its own. */
export function changedProperty(name: string): string {
  return `\n${JSON.stringify(name)}\n`
}

function equal(path: string, column: string, index: string): Term {
  return {
    pattern: new RegExp(`${path} eq ${TEXT}`, 'y'),
    sql: () => `${column} = ?`,
    value: ([text = '']) => unquoted(text),
    index
  }
}

function unquoted(text: string) {
  return text.replaceAll("''", "'")
}

function pointInTime(text: string) {
  const point = instant(text) ?? instant(`${text}T00:00:00Z`)
  if (!point) throw new Refusal(400, 'invalidQueryOption', `'${text}' is no date and time.`, '$filter')
  return point
}

/** What no scenario asks for. */
export function unknown(text: string) {
  return new Refusal(501, 'notImplemented', `The floor does not know '${text}'.`)
}
