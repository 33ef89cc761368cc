/**
 * The protocol adapter: the one place that touches internals of CAP.
 *
 * CAP's runtime is flat, Graph's protocol is structured. The adapter resolves URLs against the structured types, has
 * CAP run the queries, and gives the answers their structure and control information.
 */
import cds, { type ApplicationService } from '@sap/cds'
import express, { type Request, type Response, type Router } from 'express'
// Not published as API: the base class of CAP's protocols, which brings authorization and body limits.
import ODataAdapter from '@sap/cds/lib/srv/protocols/odata-v4.js'
import { permitPost } from '../access/permissions.ts'
import { readableBy, scopeOf, type User } from '../access/tenants.ts'
import { entityIn } from '../cqn/cqn.ts'
import type { Definition, Model } from '../cqn/csn.ts'
import { batchDeadline, expectWanted } from '../database/reading.ts'
import { append, execute } from '../database/service.ts'
import { sendBatch } from './batch/answers.ts'
import { receiveBatch } from './batch/receive.ts'
import { runBatch, type Run } from './batch/run.ts'
import { isTaken } from './request/capabilities.ts'
import { readCollection, readCount, readReferences } from './resources/collection.ts'
import { create } from './resources/create.ts'
import { readEntity, readProperty, readReference } from './resources/entity.ts'
import { RequestError } from '../errors/errors.ts'
import { conventionsWith, type Conventions } from './request/conventions.ts'
import { readingFor, type Exchange, type Origin } from './request/exchange.ts'
import { downloadFormat, JSON_TYPE, jsonFormat, mediaTypesOf } from './request/format.ts'
import type { LinkTokens } from './request/link-tokens.ts'
import { serviceRoot } from './response/links.ts'
import { locate, type Resource } from './request/resource.ts'
import { describer } from './resources/description.ts'
import { descriptions } from './openapi/describe.ts'
import { serviceSchema, type ServiceSchema } from './model/schema.ts'
import { linked } from './model/shown.ts'
import { Plans } from '../plans/plans.ts'
import { refuseAnything } from '../errors/refuse.ts'
import { readJson } from './request/body.ts'
import {
  allows401,
  applied,
  checkHeaders,
  negotiateVersion,
  preferences,
  refuseConditions,
  refuseIsolation
} from './request/headers.ts'
import { requestIds } from '../errors/request-ids.ts'
import { settings } from '../settings/settings.ts'
import { readServiceDocument, readSingleton } from './resources/service-root.ts'
import { negotiate, prefersMultipart } from './request/negotiation.ts'

// Gaps in the published types: `cds.ql` can be called to make a query from a plain object, and `run` takes functions.
const toQuery = cds.ql as unknown as (query: object) => object
const inTransaction = (service: ApplicationService, work: () => Promise<unknown>) =>
  (service as unknown as { run(work: () => Promise<unknown>): Promise<unknown> }).run(work)

/**
 * Registers the protocols that services ask for by `@protocol`: plain OData, and OData as Microsoft Graph speaks it.
 * @param model the loaded model with structured types, as written
 */
export function registerProtocols(model: Model, tokens: LinkTokens) {
  const { protocols } = cds.service as unknown as { protocols: Record<string, object> }
  for (const [kind, conventions] of Object.entries(conventionsWith(settings().odata.batch_limit))) {
    const impl = (service: ApplicationService, options: object) =>
      new StructuredODataAdapter(service, options, { model, tokens, conventions })
    protocols[kind] = { path: '/', impl }
  }
}

/** What an adapter needs besides what CAP passes. */
interface Setup {
  model: Model
  tokens: LinkTokens
  conventions: Conventions
}

class StructuredODataAdapter extends ODataAdapter {
  private readonly setup: Setup
  private readonly restricted: Definition
  private readonly schema: ServiceSchema
  private readonly describe: ReturnType<typeof describer>
  private knownPlans: Plans | undefined

  constructor(service: ApplicationService, options: object, setup: Setup) {
    super(service, options)
    this.setup = setup
    const { model, conventions } = setup
    const schema = serviceSchema(model, service.name)
    this.schema = conventions.hasEntitySet ? schema : { ...schema, entitySet: undefined }
    this.restricted = linked(model).definitions[schema.entity] as Definition
    const openApi = descriptions(this.schema)
    this.describe = describer(model, service.name, this.schema, conventions.entitiesDerive, openApi)
  }

  /** A router without CAP's own middleware. It is set on the instance, as in the base class, to be built once. */
  override get router(): Router {
    const router = express.Router()
    Object.defineProperty(this, 'router', { value: router })
    if (this.authorize) router.use(this.authorize)
    router.use((req, res) => this.answer(req, res, { outer: req, body: () => readJson(req, res), store: append }))
    return router
  }

  /** Plans bypass the handlers of the service, so there are none if a handler wants to see what was read. */
  private get plans(): Plans {
    const { after } = (this.service as unknown as { handlers: { after: { after: string }[] } }).handlers
    const isWatched = after.some((each) => ['READ', '*'].includes(each.after))
    return (this.knownPlans ??= new Plans(isWatched ? 0 : settings().odata.plan_bytes))
  }

  /** Answers a request, or one of a batch. */
  private async answer(req: Request, res: Response, { outer, body, store, deadline }: Origin) {
    if (deadline) expectWanted({ answer: outer.res as Response, deadline })
    res.set('OData-Version', negotiateVersion(req)).vary('Accept, OData-MaxVersion, Prefer') // 8.3.8
    if (req !== outer) checkHeaders(req)
    refuseIsolation(req)
    const root = serviceRoot(outer)
    const { resource, options, aliases } = locate(req.url, root, this.schema)
    if (!isTaken(req, res, resource.kind, options)) return

    const user = (cds.context as unknown as { user: User }).user
    if (req.method === 'POST') permitPost(user, resource.kind === 'batch', this.restricted)
    refuseConditions(req)
    if (resource.kind === 'batch') {
      if (req !== outer) throw new RequestError('badRequest', 'A batch must not have a batch in it.')
      return this.answerBatch(req, res, prefersMultipart(req, options.get('$format')))
    }
    const isStreamed = req === outer && req.method !== 'POST' // an answer in a batch has no stream of its own
    const offered = mediaTypesOf(resource, allows401(req), isStreamed)
    const { type, parameters } = negotiate(offered, req, options.get('$format'), req === outer ? undefined : outer)
    if (resource.kind === 'metadata' || resource.kind === 'openApi') {
      res.setHeader('Content-Type', parameters.has('charset') ? `${type};charset=utf-8` : type)
      return this.describe(req, res, resource.kind === 'openApi' ? root : undefined, type === JSON_TYPE)
    }
    const reading = readingFor(outer, readableBy(user), deadline)
    const { tokens, conventions } = this.setup
    const exchange: Exchange = {
      req,
      res,
      root,
      options,
      aliases,
      preferences: preferences(req),
      conventions,
      format: jsonFormat(parameters, conventions.namesStreaming),
      download: downloadFormat(type, parameters),
      reading,
      now: new Date(),
      schema: this.schema,
      tokens,
      asReferences: false,
      run: (query, more, seen) => this.run(query, { req, res, reading, seen, ...more }),
      execute: (statement) => execute(statement, reading),
      plans: this.plans,
      scope: scopeOf(user),
      store
    }
    const annotations = exchange.preferences.get('include-annotations')
    // always applied: answers have no annotations besides control information, which it does not cover (8.2.8.4)
    if (annotations !== undefined) applied(res, `odata.include-annotations="${annotations}"`)
    if (req.method !== 'POST') return READERS[resource.kind](exchange, resource as never)
    return create(exchange, (resource as Resource & { kind: 'collection' }).collection, await body())
  }

  /** Runs a query through the service that has the entity: of what is stored, that may be another one than this. */
  private run(query: object, details: object) {
    const request = new cds.Request({ query: toQuery(query), ...details } as never)
    const service = cds.services[entityIn(query).replace(/\.[^.]*$/, '')] as ApplicationService
    return inTransaction(service, () => service.dispatch(request))
  }

  private async answerBatch(req: Request, res: Response, isMultipart: boolean) {
    const { batchLimit, spellsHeadersAsGraph } = this.setup.conventions
    const { batch_timeout: timeLimit, batch_bytes: mostBytes } = settings().odata
    const deadline = batchDeadline(timeLimit)
    const { boundary, ...batch } = await receiveBatch(req, res, batchLimit)
    const answer: Run['answer'] = (part, partAnswer, origin) =>
      this.answer(part, partAnswer, { ...origin, deadline }).catch((error: unknown) =>
        this.error(error, part, partAnswer)
      )
    const answers = runBatch(batch.units, { ...batch, outer: req, mostBytes, answer, append })
    await sendBatch(answers, res, isMultipart, boundary, spellsHeadersAsGraph)
  }

  /** Renders any error, including those of CAP. */
  override error(error: unknown, req: Request, res: Response) {
    refuseAnything(error, req, res, requestIds(cds.context?.http?.res as unknown as Response))
  }
}

const READERS = {
  serviceDocument: readServiceDocument,
  singleton: readSingleton,
  collection: readCollection,
  count: readCount,
  references: readReferences,
  reference: readReference,
  entity: readEntity,
  property: readProperty
}
