/** A long list as state of a component, which is rendered anew when rows of it have come. */
import { useEffect, useMemo, useReducer, useRef } from 'preact/hooks'
import { LOG, url } from '../service/odata.ts'
import { Pages } from '../service/pages.ts'
import { listOf } from './conditions.ts'
import type { View } from './view.ts'

/**
 * The events of a view, in its order.
 * @param $select what of them is read
 * @returns the list; what is shown of it: the one before until it is ready, so that nothing jumps
 */
export function usePages(view: View, now: number, $select: string) {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const first = url(LOG, { ...listOf(view, now), $select })
  const pages = useMemo(() => new Pages(first), [first, now])
  const shown = useRef(pages)
  if (pages.isReady) shown.current = pages
  useEffect(() => {
    pages.changed = () => redraw(undefined)
    return () => pages.end()
  }, [pages])
  useEffect(() => {
    if (!pages.isReady) pages.look(0, 0) // also after an error
  })
  return { pages, shown: shown.current }
}
