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

/** What the history of the browser keeps of a view besides its URL, so that Back leads to what was there. */
interface Entry {
  now: number
  /** Tells it from all others since the page was loaded. */
  id: number
}

const newEntry = (now = Date.now()): Entry => ({ now, id: Math.random() })

/** The entry of what is shown. One that the page has not made begins now. */
export function entry(): Entry {
  if (history.state === null) history.replaceState(newEntry(), '')
  return history.state as Entry
}

const shown = () => ({ view: viewOf(location.search), now: entry().now })

/** The view of the URL, when it was last changed or loaded anew, and how to do so. */
export function useView() {
  const [state, setState] = useState(() => {
    history.replaceState(null, '') // what was there before the page was loaded is not there any longer
    return shown()
  })
  const update = () => setState(shown())

  useEffect(() => {
    addEventListener('popstate', update)
    return () => removeEventListener('popstate', update)
  }, [])

  const navigate: Navigate = (change, how) => {
    const url = location.pathname + queryOf({ ...viewOf(location.search), ...change })
    const next = newEntry(change.range ? Date.now() : entry().now)
    if (how === 'replace' || url === location.pathname + location.search) history.replaceState(next, '', url)
    else history.pushState(next, '', url)
    update()
  }
  const refresh = () => {
    history.replaceState(newEntry(), '')
    update()
  }
  return { ...state, navigate, refresh }
}

/** The URL of a view, for links. */
export function linkTo(view: View, change?: Partial<View>): string {
  return location.pathname + queryOf({ ...view, ...change })
}
