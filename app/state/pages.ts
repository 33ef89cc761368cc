/** A long list as state of a component, which is rendered anew when rows of it have come. */
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from 'preact/hooks'
import { LOG, url } from '../service/odata.ts'
import { Pages } from '../service/pages.ts'
import { ERROR, listOf } from './conditions.ts'
import { entry } from './navigation.ts'
import type { View } from './view.ts'

/** What lists show of events. */
export const SELECT = [
  ...['id', 'activityDateTime', 'action', 'statusInfo/status', `${ERROR}/errorCode`],
  ...['sourceIdentity/id', 'sourceIdentity/displayName', 'targetIdentity/id', 'targetIdentity/displayName'],
  ...['sourceSystem/displayName', 'targetSystem/displayName']
].join()

/** The lists of entries of the history, for those who come back to them. */
const kept = new Map<number, Pages>()

/** How many they are. */
const MOST = 5

function keep(pages: Pages) {
  const { id } = entry()
  kept.delete(id)
  kept.set(id, pages)
  for (const old of [...kept.keys()].slice(0, -MOST)) kept.delete(old)
}

/**
 * The events of a view, in its order.
 * @param $select what of them is read
 * @returns the list; what is shown of it: the one before until it is ready, so that nothing jumps
 */
export function usePages(view: View, now: number, $select: string) {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const first = url(LOG, { ...listOf(view, now), $select })
  const pages = useMemo(() => {
    const before = kept.get(entry().id)
    return before?.first === first ? before : new Pages(first)
  }, [first, now])
  const shown = useRef(pages)
  if (pages.isReady) shown.current = pages
  useEffect(() => {
    pages.goOn()
    pages.changed = () => redraw(undefined)
    return () => pages.end()
  }, [pages])
  useLayoutEffect(() => keep(pages)) // of each entry, such as that with details open before it, and before the next one
  useEffect(() => {
    if (!pages.isReady) pages.look(0, 0) // also after an error
  })
  return { pages, shown: shown.current }
}
