/** The columns that no type of the wire has. The model says by `@holds` what they are for, so that it alone names them. */
type Content = 'tenant' | 'event' | 'count' | 'emptyObjects' | 'representation' | 'representationTag'

interface Entity {
  elements?: object
}

/** The column of an entity that holds something, if there is one. */
export function findColumn({ elements = {} }: Entity, content: Content): string | undefined {
  return Object.entries(elements as Record<string, { '@holds'?: unknown }>).find(
    ([, element]) => element['@holds'] === content
  )?.[0]
}

/**
 * The column of an entity that holds something.
 * @throws {Error} if there is none
 */
export function columnHolding(entity: Entity, content: Content): string {
  const column = findColumn(entity, content)
  if (column !== undefined) return column
  throw new Error(`The model has no element with @holds: '${content}' where one is needed.`)
}
