/** Random requests for lists, and their answers in a form in which those of two services can be compared. */
import fc from 'fast-check'
import { query } from '../support/service.ts'
import { point, small, word } from './filter.ts'

export const path = '/auditLogs/provisioning'

/**
 * What is answered, but for what differs with each answer: the address, identifiers of the request, and the ETags of
 * events, which are others for another version of their type.
 */
export async function answer(url: string, relative: string) {
  const response = await fetch(url + relative, { headers: { Prefer: 'maxpagesize=7' } })
  const text = (await response.text())
    .replaceAll(url, '')
    .replace(/"innerError":\{[^}]*\}/, '')
    .replaceAll(/"@odata\.etag":"(?:[^"\\]|\\.)*",/g, '')
  const ids = [...text.matchAll(/"id":"(e\d+)"/g)].map(([, id]) => id) // said first, as they are easier to compare
  const headers = ['content-type', 'preference-applied', 'odata-version'].map((name) => response.headers.get(name))
  return { status: response.status, headers, ids, text }
}

/** The same expression with other literals. */
export const varied = (text: string, words: string[], numbers: number[], points: string[]) => {
  let turn = 0
  const next = <Value>(list: Value[]) => list[turn++ % list.length] as Value
  return text.replaceAll(/'(?:[^']|'')*'|\d{4}-\d\d-\d\dT[^\s,)]+|\b\d+\b/g, (literal) => {
    if (literal.startsWith("'")) return `'${next(words).replaceAll("'", "''")}'`
    return literal.includes('T') ? next(points) : String(Math.abs(next(numbers)))
  })
}

/** Requests with a filter. */
export const form = fc.constantFrom<(filter: string) => string>(
  ($filter) => query(path, { $filter }),
  ($filter) => query(path, { $filter, $count: 'true', $top: '3' }),
  ($filter) => query(path, { $filter, $orderby: 'jobId desc,durationInMilliseconds', $skip: '2' }),
  ($filter) => query(path, { $filter, $orderby: 'length(jobId),tolower(action) desc' }),
  ($filter) => query(path, { $filter, $select: 'id,initiatedBy/displayName,provisioningSteps' }),
  ($filter) => query(path, { $filter, $format: 'application/json;odata.metadata=full' }),
  ($filter) => query(`/beta${path}`, { $filter, $top: '5' }),
  ($filter) => query(`${path}/$count`, { $filter }),
  ($filter) => query(path, { $apply: `filter(${$filter})/groupby((jobId),aggregate($count as n))` }),
  ($filter) => query(path, { $compute: 'durationInMilliseconds mul 2 as twice', $filter: `${$filter} or twice gt 4` })
)

/** Literals of several types, some of each. */
export const lists = fc.tuple(
  fc.array(word, { minLength: 1, maxLength: 4 }),
  fc.array(small, { minLength: 1, maxLength: 4 }),
  fc.array(point, { minLength: 1, maxLength: 4 })
)
