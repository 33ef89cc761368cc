/** A service root: answers the requests that are sent to it, by themselves or in a batch. */
import cds, { type EventContext } from '@sap/cds'
import type { Request, Response } from 'express'
import { permitPost } from '../access/permissions.ts'
import { readableBy, scopeOf } from '../access/tenants.ts'
import type { Definition, Model } from '../cqn/csn.ts'
import { batchDeadline, expectWanted } from '../database/reading.ts'
import { append, execute } from '../database/service.ts'
import { RequestError } from '../errors/errors.ts'
import { refuseAnything } from '../errors/refuse.ts'
import { requestIds } from '../errors/request-ids.ts'
import type { Plans } from '../plans/plans.ts'
import { settings } from '../settings/settings.ts'
import { sendBatch } from './batch/answers.ts'
import { receiveBatch } from './batch/receive.ts'
import { runBatch, type Run } from './batch/run.ts'
import { serviceSchema } from './model/schema.ts'
import { linked } from './model/shown.ts'
import { descriptions } from './openapi/describe.ts'
import { readJson, readQuery, typeExpected } from './request/body.ts'
import { isTaken } from './request/capabilities.ts'
import { readingFor, type Conventions, type Exchange, type Origin } from './request/exchange.ts'
import { downloadFormat, JSON_TYPE, jsonFormat, mediaTypesOf } from './request/format.ts'
import * as headers from './request/headers.ts'
import type { LinkTokens } from './request/link-tokens.ts'
import { negotiate, prefersMultipart } from './request/negotiation.ts'
import { locate, type Resource } from './request/resource.ts'
import { queriedUrl } from './request/url.ts'
import { readCollection, readCount, readReferences } from './resources/collection.ts'
import { create } from './resources/create.ts'
import { describer } from './resources/description.ts'
import { readEntity, readProperty, readReference } from './resources/entity.ts'
import { readServiceDocument, readSingleton } from './resources/service-root.ts'
import { serviceRoot } from './response/links.ts'

export interface Setup {
  /** The loaded model with structured types, as written. */
  model: Model
  tokens: LinkTokens
  conventions: Conventions
}

/** What a root needs of CAP's runtime. */
export interface Runtime {
  /** Has the service run a query for a request. */
  run: (query: object, details: object) => Promise<unknown>
  plans: () => Plans
}

/**
 * Makes the function that answers the requests to a root.
 * @param service the name of the service in the model
 */
export function serviceRootOf(service: string, { model, tokens, conventions }: Setup, { run, plans }: Runtime) {
  const whole = serviceSchema(model, service)
  const schema = conventions.isGraph ? { ...whole, entitySet: undefined } : whole
  const restricted = linked(model).definitions[schema.entity] as Definition
  const describe = describer(model, service, schema, conventions.isGraph, descriptions(schema))

  /** Answers a request, or one of a batch. */
  async function answer(req: Request, res: Response, origin: Origin): Promise<void> {
    const { outer, body, store, deadline } = origin
    if (deadline) expectWanted({ answer: outer.res as Response, deadline })
    res.set('OData-Version', headers.negotiateVersion(req)).vary('Accept, OData-MaxVersion, Prefer') // 8.3.8
    if (req !== outer) headers.checkHeaders(req)
    headers.refuseIsolation(req)
    const root = serviceRoot(outer)
    const { resource, options, aliases } = locate(req.url, root, schema)
    if (!isTaken(req, res, resource, options)) return

    const user = (cds.context as EventContext).user
    if (req.method === 'POST') permitPost(user, resource.kind, restricted)
    if (resource.kind === 'query') {
      if (req !== outer) throw typeExpected('text/plain') // a batch has turned what it could read into what it stands for
      Object.assign(req, { url: queriedUrl(req.url, await readQuery(req, res)), method: 'GET' })
      return answer(req, res, origin)
    }
    headers.refuseConditions(req)
    if (resource.kind === 'batch') {
      if (req !== outer) throw new RequestError('badRequest', 'A batch must not have a batch in it.')
      return answerBatch(req, res, prefersMultipart(req, options.get('$format')))
    }
    const isStreamed = req === outer && req.method !== 'POST' // an answer in a batch has no stream of its own
    const offered = mediaTypesOf(resource, headers.allows401(req), isStreamed)
    const { type, parameters } = negotiate(offered, req, options.get('$format'), req === outer ? undefined : outer)
    if (resource.kind === 'metadata' || resource.kind === 'openApi') {
      res.setHeader('Content-Type', parameters.has('charset') ? `${type};charset=utf-8` : type)
      return describe(req, res, resource.kind === 'openApi' ? root : undefined, type === JSON_TYPE)
    }
    const reading = readingFor(outer, readableBy(user), deadline)
    const exchange: Exchange = {
      req,
      res,
      root,
      options,
      aliases,
      preferences: headers.preferences(req),
      conventions,
      format: jsonFormat(parameters, conventions.isGraph),
      download: downloadFormat(type, parameters),
      reading,
      now: new Date(),
      schema,
      tokens,
      asReferences: false,
      run: (query, more, seen) => run(query, { req, res, reading, seen, ...more }),
      execute: (statement) => execute(statement, reading),
      plans: plans(),
      scope: scopeOf(user),
      store
    }
    const annotations = exchange.preferences.get('include-annotations')
    // always applied: answers have no annotations besides control information, which it does not cover (8.2.8.4)
    if (annotations !== undefined) headers.applied(res, `odata.include-annotations="${annotations}"`)
    if (req.method !== 'POST') return READERS[resource.kind](exchange, resource as never)
    return create(exchange, (resource as Resource & { kind: 'collection' }).collection, await body())
  }

  async function answerBatch(req: Request, res: Response, isMultipart: boolean) {
    const { batch_timeout: timeLimit, batch_bytes: mostBytes } = settings().odata
    const deadline = batchDeadline(timeLimit)
    const batch = await receiveBatch(req, res, conventions.batchLimit)
    const answerPart: Run['answer'] = (part, partAnswer, origin) =>
      answer(part, partAnswer, { ...origin, deadline }).catch((error: unknown) =>
        refuseAnything(error, part, partAnswer, requestIds(res))
      )
    const answers = runBatch(batch.units, { ...batch, outer: req, mostBytes, answer: answerPart, append })
    await sendBatch(answers, res, isMultipart, conventions.isGraph)
  }

  return (req: Request, res: Response) =>
    answer(req, res, { outer: req, body: () => readJson(req, res), store: append })
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
