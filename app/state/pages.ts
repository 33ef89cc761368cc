/** A long list as state of a component, which is rendered anew when rows of it have come. */
import { useEffect, useMemo, useReducer } from 'preact/hooks'
import { LOG, url } from '../service/odata.ts'
import { Pages } from '../service/pages.ts'
import { listOf } from './conditions.ts'
import type { View } from './view.ts'

/**
 * The events of a view, in its order.
 * @param $select what of them is read
 * @returns also the URL of the first page, which differs where the list does
 */
export function usePages(view: View, now: number, $select: string) {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const first = url(LOG, { ...listOf(view, now), $select })
  const pages = useMemo(() => new Pages(first), [first, now])
  useEffect(() => {
    pages.changed = () => redraw(undefined)
    return () => pages.end()
  }, [pages])
  return { pages, first }
}
