/** How the database stores events: what has no columns of its own, and that it completes nothing. */

import { findColumn, type Definition, type Model } from '../cqn/csn.ts'

/** The entity of events, its projections, and the types of what they have: other entities are CAP's own. */
function definitionsOfLog({ definitions }: Model): Definition[] {
  const found = new Set<Definition>()
  const visit = (definition: Definition | undefined) => {
    if (!definition || found.has(definition)) return
    found.add(definition)
    visit(definitions[definition.type ?? ''])
    for (const { type = '', items } of Object.values(definition.elements ?? {}))
      for (const name of [type, items?.type ?? '']) visit(definitions[name])
  }
  for (const each of Object.values(definitions)) if (findColumn(each, 'representationTag')) visit(each)
  return [...found]
}

/**
 * Takes away the defaults of what events show, in place. Events get them when they are posted: the default of a column
 * would change the events that were there before it.
 */
export function completeNothing(model: Model) {
  for (const { elements = {} } of definitionsOfLog(model))
    for (const element of Object.values(elements)) if (!element['@cds.api.ignore']) delete element.default
}

const TEXT = 'cds.LargeString'

/**
 * Makes elements of open types and collections columns of text, in place. CAP would parse the JSON in them on every
 * read, which costs time and the digits of large numbers, and it cannot use them in expressions.
 */
export function storeJsonAsText(model: Model) {
  const isOpen = (type = '') => model.definitions[type]?.type === 'cds.Map'
  const ofLog = definitionsOfLog(model)
  for (const element of ofLog.flatMap(({ elements = {} }) => Object.values(elements))) {
    if (!element.items && !isOpen(element.type)) continue
    delete element.items
    element.type = TEXT
  }
  for (const definition of ofLog) if (definition.type === 'cds.Map') definition.type = TEXT
}
