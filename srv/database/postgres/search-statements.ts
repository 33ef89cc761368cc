/**
 * Conditions that the search index helps with. A statement is written for any number of candidates. The index says how
 * many there are before it runs: few lead to the events, others are looked up for each event that is read, and with
 * most of the log the index is no use.
 */
import { create } from './sql.ts'

/** How many there are, for each condition: see `search_form` in search-schema.ts. */
export type Form = 'few' | 'many' | null

const NAME = 'may_contain'

/** Where the statement does not say in which partition an event is. */
const NOWHERE = 'null'

/** Stands between lists of terms. */
const OTHERWISE = 'null'

/**
 * SQL for the condition that an event may contain all terms of one of several lists.
 * @param instant SQL for the instant that tells the partition, if the event is a row of the table
 */
export const mayContain = (id: string, instant: string | undefined, lists: string[][]) =>
  `${NAME}(${[id, instant ?? NOWHERE, lists.map((list) => list.join()).join(`,${OTHERWISE},`)].join()})`

const CONDITION = new RegExp(`\\b${NAME}\\(([\\w."$]+),([\\w."$]+),([^()]*)\\)`, 'g')

/** What all conditions that cannot be told apart become: they are true. */
export const CONDITION_FUNCTION = create(`${NAME}(VARIADIC texts text[])`, 'boolean', 'SELECT true')

/** The query for the form of each condition of a statement. @param values of the statement, in their order */
export function formsQuery(sql: string, values: unknown[]): { text: string; values: unknown[] } | undefined {
  const used: unknown[] = []
  const renumbered = (terms: string) =>
    terms.replaceAll(/\$(\d+)/g, (_, number: string) => `$${used.push(values[Number(number) - 1])}`)
  const calls = [...sql.matchAll(CONDITION)].map(
    ([, , , terms = ''], index) => `search_form(array[${renumbered(terms)}]) AS form${index}`
  )
  return calls.length ? { text: `SELECT ${calls.join()}`, values: used } : undefined
}

/** The statement in the forms of its conditions. */
export function inForms(sql: string, forms: (Form | undefined)[]): string {
  let index = 0
  return sql.replaceAll(CONDITION, (_, id: string, instant: string, terms: string) => {
    const form = forms[index++]
    const candidates = (columns: string) => `(select ${columns} from search_candidates(array[${terms}]) as candidate)`
    const listed = `(${id} in ${candidates('candidate.id')}) is true` // not joined with the events
    if (form === 'many') return listed
    if (form !== 'few') return `array[${terms}] is not null` // true, with the same values
    if (instant === NOWHERE) return `${id} in ${candidates('candidate.id')}`
    // where the planner reads other events, too, as it may until there are thousands, it is not for their texts
    return `((${id},${instant}) in ${candidates('candidate.id,candidate.instant')} and ${listed})`
  })
}
