/** Columns that no type shows. The annotation `@holds` says what each is for, so only the model has their names. */
type Content =
  | 'tenant'
  | 'event'
  | 'count'
  | 'uncounted'
  | 'period'
  | 'presence'
  | 'emptyObjects'
  | 'representation'
  | 'representationTag'

interface Entity {
  elements?: object
}

/** Finds the column of an entity by what it holds. */
export function findColumn({ elements = {} }: Entity, content: Content): string | undefined {
  return Object.entries(elements as Record<string, { '@holds'?: unknown }>).find(
    ([, element]) => element['@holds'] === content
  )?.[0]
}

/** The column of an entity that holds something. @throws {Error} if there is none */
export function columnHolding(entity: Entity, content: Content): string {
  const column = findColumn(entity, content)
  if (column !== undefined) return column
  throw new Error(`The model has no element with @holds: '${content}' where one is needed.`)
}
