/** Groups of events, as `$apply` makes them. */
import { LOG, url, type Page } from './odata.ts'
import { json } from './request.ts'

/**
 * Reads what a transformation makes of events.
 * @param filter of the events; undefined for all
 * @param pages how many pages of a thousand rows are read
 * @returns the rows, and whether there are more of them
 */
export async function readGroups<Row>(
  filter: string | undefined,
  transformation: string,
  signal: AbortSignal,
  pages = 1
): Promise<{ rows: Row[]; isPartial: boolean }> {
  const $apply = filter === undefined ? transformation : `filter(${filter})/${transformation}`
  const headers = { Prefer: 'odata.maxpagesize=1000' }
  const rows: Row[] = []
  let link: string | undefined = url(LOG, { $apply })
  for (let page = 0; link !== undefined && page < pages; page++) {
    const answer: Page<Row> = await json(link, { headers, signal })
    rows.push(...answer.value)
    link = answer['@odata.nextLink']
  }
  return { rows, isPartial: link !== undefined }
}
