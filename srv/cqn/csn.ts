/** CDS models in CSN (https://cap.cloud.sap/docs/cds/csn), as far as the service reads them. */

export interface Model {
  definitions: Record<string, Definition>
}

export type Value = string | number | boolean

/** An element, or the part of a type that is like one. */
export interface Element {
  type?: string
  /** In a linked model, the built-in type that the type leads to. */
  _type?: string
  key?: boolean
  notNull?: boolean
  length?: number
  target?: string
  elements?: Record<string, Element>
  items?: Element
  enum?: Record<string, { doc?: string; val?: Value }>
  /** A literal or an expression. */
  default?: { val?: Value | null }
  virtual?: boolean
  localized?: boolean
  /** The expression that calculates it. */
  value?: object
  [annotation: `@${string}`]: unknown
}

/** A type, an entity or a service. */
export interface Definition extends Element {
  kind?: string
  /** How a projection is written: `as projection on`, or `as select from`. */
  projection?: Select
  query?: { SELECT?: Select }
}

interface Select {
  from?: { ref?: string[] }
  columns?: Column[]
}

/** A column of a projection: an element of the source by its path, a structure of other columns, or a calculation. */
export interface Column {
  ref?: string[]
  expand?: Column[]
  as?: string
}

/** The query of a projection; undefined for an entity that is stored itself. */
export const queryOf = ({ projection, query }: Definition): Select | undefined => projection ?? query?.SELECT

/** The name of the service that has an entity, by the name of that. */
export const serviceOf = (entity: string) => entity.replace(/\.[^.]*$/, '')

/** Whether an entity is in a service of the log: one with a singleton. */
export function isShownByLog({ definitions }: Model, entity: string): boolean {
  const service = serviceOf(entity)
  return Object.keys(definitions).some((name) => definitions[name]?.['@odata.singleton'] && serviceOf(name) === service)
}

/** What a column holds that no type shows. The annotation `@holds` says it, so only the model has the names of columns. */
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

/** Finds the column of an entity by what it holds. */
export function findColumn({ elements = {} }: Definition, content: Content): string | undefined {
  return Object.keys(elements).find((name) => elements[name]?.['@holds'] === content)
}

/** The column of an entity that holds something. @throws {Error} if there is none */
export function columnHolding(entity: Definition, content: Content): string {
  const column = findColumn(entity, content)
  if (column !== undefined) return column
  throw new Error(`The model has no element with @holds: '${content}' where one is needed.`)
}
