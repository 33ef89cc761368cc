/** How the database stores what has no columns of its own. */

import type { Model } from '../cqn/csn.ts'

const TEXT = 'cds.LargeString'

/**
 * Makes elements of open types and collections columns of text, in place. CAP would parse the JSON in them on every
 * read, which costs time and the digits of large numbers, and it cannot use them in expressions.
 */
export function storeJsonAsText({ definitions }: Model) {
  const isOpen = (type = '') => definitions[type]?.type === 'cds.Map'
  const elements = Object.values(definitions).flatMap((each) => Object.values(each.elements ?? {}))
  for (const element of elements) if (isOpen(element.type)) element.type = TEXT
  for (const definition of Object.values(definitions)) {
    if (definition.type === 'cds.Map') definition.type = TEXT
    if (definition.kind !== 'entity') continue
    for (const element of Object.values(definition.elements ?? {})) {
      if (!element.items) continue
      delete element.items
      element.type = TEXT
    }
  }
}
