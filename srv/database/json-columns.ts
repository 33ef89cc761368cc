/** How the database stores events: what has no columns of its own, and that it completes nothing. */

import { findColumn, type Model } from '../cqn/csn.ts'

/**
 * Takes away the defaults of what events show, in place. Events get them when they are posted: the default of a column
 * would change the events that were there before it.
 */
export function completeNothing({ definitions }: Model) {
  for (const definition of Object.values(definitions))
    if (findColumn(definition, 'representationTag') || definition.kind === 'type')
      for (const element of Object.values(definition.elements ?? {}))
        if (!element['@cds.api.ignore']) delete element.default
}

const TEXT = 'cds.LargeString'

/**
 * Makes elements of open types and collections columns of text, in place. CAP would parse the JSON in them on every
 * read, which costs time and the digits of large numbers, and it cannot use them in expressions.
 */
export function storeJsonAsText({ definitions }: Model) {
  const isOpen = (type = '') => definitions[type]?.type === 'cds.Map'
  const elements = Object.values(definitions).flatMap((each) => Object.values(each.elements ?? {}))
  for (const element of elements) {
    if (!element.items && !isOpen(element.type)) continue
    delete element.items
    element.type = TEXT
  }
  for (const definition of Object.values(definitions)) if (definition.type === 'cds.Map') definition.type = TEXT
}
