/**
 * The protocol adapter: the one place that touches internals of CAP.
 *
 * CAP's runtime is flat, Graph's protocol is structured. So the adapter serves service roots of its own, which resolve
 * URLs against the structured types, have CAP run the queries, and give the answers their structure.
 */
import cds, { type ApplicationService } from '@sap/cds'
import express, { type Request, type Response, type Router } from 'express'
// Not published as API: the base class of CAP's protocols, which brings authorization.
import ODataAdapter from '@sap/cds/lib/srv/protocols/odata-v4.js'
import { entityIn } from '../cqn/cqn.ts'
import type { Model } from '../cqn/csn.ts'
import { refuseAnything } from '../errors/refuse.ts'
import { requestIds } from '../errors/request-ids.ts'
import { Plans } from '../plans/plans.ts'
import { settings } from '../settings/settings.ts'
import type { Conventions } from './request/exchange.ts'
import type { LinkTokens } from './request/link-tokens.ts'
import { serviceRootOf, type Setup } from './root.ts'

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
  const all: Record<string, Conventions> = {
    'odata-structured': { isGraph: false, batchLimit: settings().odata.batch_limit },
    'odata-graph': { isGraph: true, batchLimit: 20 }
  }
  for (const [kind, conventions] of Object.entries(all)) {
    const impl = (service: ApplicationService, options: object) =>
      new StructuredODataAdapter(service, options, { model, tokens, conventions })
    protocols[kind] = { path: '/', impl }
  }
}

type Phase = 'before' | 'on' | 'after'
type Handlers = Record<Phase, Partial<Record<Phase, string>>[]>

/** How many handlers audit-log-service.ts has for READ, with one that every service of CAP has. */
const PHASES: [Phase, own: number][] = [
  ['before', 1],
  ['on', 3],
  ['after', 0]
]

class StructuredODataAdapter extends ODataAdapter {
  private readonly answer: ReturnType<typeof serviceRootOf>
  private knownPlans: Plans | undefined

  constructor(service: ApplicationService, options: object, setup: Setup) {
    super(service, options)
    this.answer = serviceRootOf(service.name, setup, { run, plans: () => this.plans })
  }

  /** A router without CAP's own middleware. It is set on the instance, as in the base class, to be built once. */
  override get router(): Router {
    const router = express.Router()
    Object.defineProperty(this, 'router', { value: router })
    if (this.authorize) router.use(this.authorize)
    router.use((req, res) => this.answer(req, res)) // the base class asks for the router while it is constructed
    return router
  }

  /** Plans bypass the handlers of the service, so there are none if it has others than its own. */
  private get plans(): Plans {
    if (this.knownPlans) return this.knownPlans
    const { handlers } = this.service as unknown as { handlers: Handlers }
    const hasOthers = PHASES.some(([phase, own]) => {
      return handlers[phase].filter((each) => ['READ', '*'].includes(each[phase] ?? '')).length > own
    })
    return (this.knownPlans = new Plans(hasOthers ? 0 : settings().odata.plan_bytes))
  }

  /** Renders any error, including those of CAP. */
  override error(error: unknown, req: Request, res: Response) {
    refuseAnything(error, req, res, requestIds(cds.context?.http?.res as unknown as Response))
  }
}

/** Runs a query through the service that has the entity: of what is stored, that may be another one than that of the root. */
function run(query: object, details: object) {
  const request = new cds.Request({ query: toQuery(query), ...details } as never)
  const service = cds.services[entityIn(query).replace(/\.[^.]*$/, '')] as ApplicationService
  return inTransaction(service, () => service.dispatch(request))
}
