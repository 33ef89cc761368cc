/** Has all texts of the page read as they were written: anyone who may post events can write any. */
import { options } from 'preact'
import { plain } from '../service/odata.ts'

/** Attributes that people read or hear. */
const READ = ['title', 'aria-label', 'aria-valuetext']

/** Makes each text plain before it is rendered, wherever it is from. */
export function showPlainTexts() {
  options.vnode = (vnode) => {
    const node = vnode as { type: unknown; props: unknown }
    if (typeof node.props === 'string') node.props = plain(node.props) // a text has no other properties
    if (typeof node.type !== 'string') return
    const attributes = node.props as Record<string, unknown>
    for (const name of READ) {
      const value = attributes[name]
      if (typeof value === 'string') attributes[name] = plain(value)
    }
  }
}
