/** The title of the page, by which tabs, bookmarks, histories and printed pages are told apart. */
import { useEffect } from 'preact/hooks'
import { plain } from '../service/odata.ts'

const PAGE = 'Provisioning log'

/** What parts of the page say, from what is behind to what is before it. */
const parts: (string | undefined)[] = []

/**
 * Has the title say what is shown: what the foremost part says that knows it.
 * @param depth of the part: 0 for the list, 1 for a timeline in its place, 2 for details before them
 * @param text undefined as long as it is not known
 */
export function useTitle(depth: 0 | 1 | 2, text: string | undefined) {
  useEffect(() => {
    const say = (said: string | undefined) => {
      parts[depth] = said
      document.title = plain([parts.findLast((part) => part !== undefined) ?? [], PAGE].flat().join(' – '))
    }
    say(text)
    return () => say(undefined)
  }, [depth, text])
}
