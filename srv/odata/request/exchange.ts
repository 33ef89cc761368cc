/** A request to the service and its answer, as the rooms of the protocol share it. */
import type { Request, Response } from 'express'
import type { DownloadFormat, JsonFormat } from './format.ts'
import type { scopeOf } from '../../access/tenants.ts'
import { queryDeadline, type Deadline, type Readable, type Reading } from '../../database/reading.ts'
import { turnOf } from '../../http/give-way.ts'
import { tenantOf } from '../../http/request-log.ts'
import { expectRoom } from '../../http/unread-answers.ts'
import type { NewRows } from '../../database/service.ts'
import type { LinkTokens } from './link-tokens.ts'
import type { ServiceSchema } from '../model/schema.ts'
import type { PlanningContext } from '../../plans/plans.ts'

/** How a service root differs from others. */
export interface Conventions {
  /**
   * Whether it follows those of Microsoft Graph. There `$top` is the size of pages, not the number of entities in all.
   * `$metadata` has the base type of entities: UI5, for one, finds keys on the type itself only. There is no entity set
   * beside the singleton; some clients know no singletons. Batches in JSON spell headers as Graph does, whose client
   * accepts no other spelling. JSON always says that it is streamed, and not only to clients that name it: the remote
   * services of CAP, for one, take no JSON from a type with the word.
   */
  isGraph: boolean
  /** The most requests in a batch. */
  batchLimit: number
}

export interface Exchange extends PlanningContext {
  req: Request
  res: Response
  /** The service root, absolute, with a trailing slash. */
  root: string
  /** The system query options of the request. */
  options: Map<string, string>
  /** The parameter aliases of the request, `@p`. */
  aliases: Map<string, string>
  preferences: Map<string, string>
  conventions: Conventions
  format: JsonFormat
  /** If the whole collection is wanted as a stream, and not a page of it. */
  download: DownloadFormat | undefined
  /** Who waits for the queries, and how long. */
  reading: Reading
  /** When the request arrived. */
  now: Date
  schema: ServiceSchema
  tokens: LinkTokens
  /** Whether references to entities are shown, and not the entities (11.2.8). */
  asReferences: boolean
  /** The user, as far as answers depend on it. */
  scope: ReturnType<typeof scopeOf>
  /** Stores what the request creates: by itself, or together with its change set. */
  store: Store
}

/** What differs between a request by itself and one in a batch. */
export interface Origin {
  /** The HTTP request: itself, or its batch. */
  outer: Request
  /** Returns the parsed JSON body, or a promise of it. */
  body: () => unknown
  store: Store
  /** The deadline of the batch. */
  deadline?: Deadline
}

/** Stores the rows of a new entity, all or none. @param url the URL of the entity */
export type Store = (rows: NewRows, url: string) => Promise<void>

/** The options that a link keeps of its request. Its token is valid with these only. */
export function linkOptions({ options, aliases }: Exchange): Map<string, string> {
  return new Map([...options, ...aliases])
}

/** Starts the clock of a request that reads. @param outer the request that came over the wire: itself, or its batch */
export function readingFor(outer: Request, readable: Readable, batch: Deadline | undefined): Reading {
  const answer = outer.res as Response
  const own = queryDeadline()
  const deadline = batch && batch.end < own.end ? batch : own
  const tenant = tenantOf(answer)
  const turn = (signal: AbortSignal) => turnOf(tenant, signal)
  return { tenant, readable, answer, deadline, expectRoom: () => expectRoom(tenant), turn }
}
