/**
 * Conditions that the search index helps with. A statement is written as if few events were candidates. If that is not
 * so it runs in another form, which takes the candidates differently, or does without them.
 */
import { EVENTS } from '../tables.ts'
import { CANDIDATE_BLOCKS, CANDIDATE_ROWS } from './search-candidates.ts'
import { BLOCK } from './search-file.ts'

/**
 * SQL for the condition that an event may contain terms. The candidates lead to the events.
 * @param id SQL for the id of the event: views have no rowids
 */
export const mayContain = (id: string, ...terms: string[]) =>
  `${id} in (select id from ${EVENTS} where rowid in (select value from json_each(${CANDIDATE_ROWS}(${terms.join()}))))`

const CONDITION = new RegExp(
  mayContain('ID', 'TERMS').replaceAll(/[()]/g, '\\$&').replace('ID', '([\\w."$]+)').replace('TERMS', '([^()]*)'),
  'g'
)

/** Each event that is read is looked up among the candidates. */
const amongMany = (_: string, id: string, terms: string) =>
  `exists (select 1 from ${EVENTS} as candidate where candidate.id = ${id}
    and candidate.rowid / ${BLOCK} in (select value from json_each(${CANDIDATE_BLOCKS}(${terms}))))`

/** All events are candidates. */
const amongAll = (_: string, _id: string, terms: string) =>
  `(${terms
    .split(',')
    .map((term) => `${term} is not null`)
    .join(' and ')})`

/** The forms of a statement, which take the same values, in the order in which they are tried. */
export function formsOf(sql: string): string[] {
  if (!sql.includes(CANDIDATE_ROWS)) return [sql]
  return [sql, sql.replaceAll(CONDITION, amongMany), sql.replaceAll(CONDITION, amongAll)]
}
