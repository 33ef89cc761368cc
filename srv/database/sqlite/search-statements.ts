/**
 * Conditions that the search index helps with. A statement is written as if few events were candidates. If that is not
 * so it runs in another form, which takes the candidates differently, or does without them.
 */
import { soughtBy } from '../dialect.ts'
import { EVENTS } from '../tables.ts'
import { CANDIDATE_BLOCKS, CANDIDATE_ROWS } from './search-candidates.ts'
import { BLOCK } from './search-file.ts'

/** A bound that is not there, or all tenants. */
export const UNBOUNDED = 'null'

/**
 * SQL for the condition that an event may contain terms. The candidates lead to the events.
 * @param id SQL for the id of the event: views have no rowids
 * @param sought the tenant that it must be of and the instants between which it must have happened, or
 *   {@link UNBOUNDED}, what is asked, and the terms
 */
export const mayContain = (id: string, ...sought: string[]) =>
  `${id} in (select id from ${EVENTS} where rowid in (select value from json_each(${CANDIDATE_ROWS}(${sought.join()}))))`

const CONDITION = new RegExp(
  mayContain('ID', 'SOUGHT')
    .replaceAll(/[()]/g, '\\$&')
    .replace('ID', '([\\w."$]+)')
    .replace('SOUGHT', "([^()']*'([^']*)'[^()]*)"),
  'g'
)

/**
 * Makes the condition of a form.
 * @param table the name of the table in the statement, if the event is a row of it
 * @param asked see {@link soughtBy}
 */
type Form = (id: string, sought: string, table: string | undefined, asked: string) => string

/** Few events are candidates: they are read, and no others. */
const amongFew: Form = (id, sought, table) =>
  table ? `${table}.rowid in (select value from json_each(${CANDIDATE_ROWS}(${sought})))` : mayContain(id, sought)

/** Each event that is read is looked up among the candidates. */
const amongMany: Form = (id, sought, table, asked) => {
  if (soughtBy(asked, []).isWhole) return amongAll(id, sought, table, asked)
  const isCandidate = (place: string) =>
    `${place}.rowid / ${BLOCK} in (select value from json_each(${CANDIDATE_BLOCKS}(${sought})))`
  if (table) return isCandidate(table)
  return `exists (select 1 from ${EVENTS} as candidate where candidate.id = ${id} and ${isCandidate('candidate')})`
}

/** All events are candidates. The values of the statement stay. */
const amongAll: Form = (_, sought) =>
  `(${Array.from(sought.match(/\?/g) ?? [], (value) => `${value} is not null`).join(' and ')})`

const reading = (table: string) => `FROM ${EVENTS} as ${table} WHERE`

/** The name that the table of events has in a statement; undefined if the id is that of a row of something else. */
function tableOf(id: string, sql: string) {
  const table = id.slice(0, id.lastIndexOf('.'))
  return sql.includes(reading(table)) ? table : undefined
}

/** The forms of a statement, which take the same values, in the order in which they are tried. */
export function formsOf(sql: string): string[] {
  if (!sql.includes(CANDIDATE_ROWS)) return [sql]
  const forms = [amongFew, amongMany, amongAll].map((form) =>
    sql.replaceAll(CONDITION, (_, id: string, sought: string, asked: string) =>
      form(id, sought, tableOf(id, sql), asked)
    )
  )
  const tables = new Set([...sql.matchAll(CONDITION)].flatMap(([, id = '']) => tableOf(id, sql) ?? []))
  // without an index of events, or SQLite would rather read all of a time than the candidates
  for (const table of tables)
    forms[0] = (forms[0] as string).replace(reading(table), (from) => from.replace('WHERE', 'NOT INDEXED WHERE'))
  return [...new Set(forms)]
}
