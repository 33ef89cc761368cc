/** The conventions of service roots: those of plain OData, and those of Microsoft Graph. */

/** How a service root differs from others. */
export interface Conventions {
  /** Whether `$top` is the size of pages, as in Graph, not the number of entities in all. */
  topIsPageSize: boolean
  /**
   * Whether `$metadata` has the base type of entities, as in Graph. UI5, for one, finds keys on the type itself only.
   */
  entitiesDerive: boolean
  /** Whether the entities are in an entity set beside the singleton, too: some clients know no singletons. */
  hasEntitySet: boolean
  /** Whether batches in JSON spell the names of headers as Graph does, whose client accepts no other spelling. */
  spellsHeadersAsGraph: boolean
  /**
   * Whether JSON always says that it is streamed, as in Graph, and not only to clients that name it. The remote services
   * of CAP, for one, take no JSON from a type with the word.
   */
  namesStreaming: boolean
  batchLimit: number
}

/**
 * The conventions, by the names of the protocols in the model.
 * @param batchLimit the most requests in a batch, where that may be chosen
 */
export const conventionsWith = (batchLimit: number): Record<string, Conventions> => ({
  'odata-structured': conventions(false, batchLimit),
  'odata-graph': conventions(true, 20)
})

const conventions = (isGraph: boolean, batchLimit: number): Conventions => ({
  topIsPageSize: isGraph,
  entitiesDerive: isGraph,
  hasEntitySet: !isGraph,
  spellsHeadersAsGraph: isGraph,
  namesStreaming: isGraph,
  batchLimit
})
