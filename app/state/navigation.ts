/** Keeps the view and the URL the same. */
import { useEffect, useState } from 'preact/hooks'
import { queryOf, viewOf, type View } from './view.ts'

/** Changes the view. With `replace`, Back does not lead to the one before. */
export type Navigate = (change: Partial<View>, how?: 'replace') => void

/** What the parts of the page show. */
export interface Shown {
  view: View
  /** When the view was last changed or loaded anew, in milliseconds: relative ranges end then. */
  now: number
  navigate: Navigate
}

/** The view of the URL, when it was last changed or loaded anew, and how to do so. */
export function useView() {
  const [state, setState] = useState(() => ({ view: viewOf(location.search), now: Date.now() }))

  useEffect(() => {
    const read = () => setState((before) => ({ ...before, view: viewOf(location.search) }))
    addEventListener('popstate', read)
    return () => removeEventListener('popstate', read)
  }, [])

  const navigate: Navigate = (change, how) => {
    const view = { ...viewOf(location.search), ...change }
    const url = location.pathname + queryOf(view)
    if (how === 'replace') history.replaceState(null, '', url)
    else if (url !== location.pathname + location.search) history.pushState(null, '', url)
    setState(({ now }) => ({ view, now: change.range ? Date.now() : now }))
  }

  return { ...state, navigate, refresh: () => setState(({ view }) => ({ view, now: Date.now() })) }
}

/** The URL of a view, for links. */
export function linkTo(view: View, change?: Partial<View>): string {
  return location.pathname + queryOf({ ...view, ...change })
}
