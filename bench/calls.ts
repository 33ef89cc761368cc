/** The requests for queries, and the check of their responses. */
import type { Dialect, Query } from './dialects.ts'
import type { Call, Session } from './load.ts'

/** Returns the request for a query with its check, or undefined if the target cannot answer it. */
export function callOf(query: Query, dialect: Dialect): Call | undefined {
  const request = dialect.request(query)
  return request && { method: 'GET', ...request, check: (status, body) => problemOf(query, status, body) }
}

/** Follows the links of a query from page to page, and starts again after the last one. */
export function walk(query: Query, dialect: Dialect): Session {
  const first = callOf(query, dialect) as Call
  let path: string | undefined
  return () => ({
    ...first,
    path: path ?? first.path,
    check(status, body) {
      path = nextPath(body, dialect)
      return problemOf({ ...query, least: 1 }, status, body) // the last page may be short
    }
  })
}

/** Returns the path of the next page, if there is one. Its link is near the start or the end of a page. */
export function nextPath(body: string, { root }: Dialect): string | undefined {
  const [, link] = /"@odata\.nextLink":"([^"]+)"/.exec(body.slice(0, 1000) + body.slice(-1000)) ?? []
  if (link === undefined) return undefined
  const { pathname, search } = new URL(link, `http://localhost${root}/`)
  return pathname + search
}

/** Counts the values of a response, or reads the number that it is. */
export function valuesOf({ isCount, options }: Query, body: string): number {
  if (isCount) return Number(body)
  return body.split(options?.$apply ? '"events":' : '"activityDateTime":').length - 1 // each value has it once
}

function problemOf(query: Query, status: number, body: string) {
  const { id, isCount, size = 100, least = 1, most = isCount ? Infinity : size } = query
  if (status !== 200) return 'the status is not 200'
  if (id !== undefined && !body.includes(`"id":"${id}"`)) return 'it is another event'
  const values = valuesOf(query, body)
  return values >= least && values <= most ? undefined : `it has ${values} values, not ${least} to ${most}`
}
