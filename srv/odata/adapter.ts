/**
 * The protocol adapter: the one place that touches internals of CAP.
 *
 * CAP's runtime is flat, Graph's protocol is structured. So the adapter serves service roots of its own, which resolve
 * URLs against the structured types, have CAP run the queries, and give the answers their structure.
 */
import cds, { type ApplicationService } from '@sap/cds'
import express, { type Router } from 'express'
import { entityIn } from '../cqn/cqn.ts'
import { serviceOf, type Model } from '../cqn/csn.ts'
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
    const impl = (service: ApplicationService) => ({ router: routerOf(service, { model, tokens, conventions }) })
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

/** Makes the router of a service. What it throws is rendered after it: see server.ts. */
function routerOf(service: ApplicationService, setup: Setup): Router {
  let plans: Plans | undefined
  const answer = serviceRootOf(service.name, setup, { run, plans: () => (plans ??= plansFor(service)) })
  return express.Router().use((req, res) => answer(req, res))
}

/** Plans bypass the handlers of the service, so none are kept if it has others than its own. */
function plansFor(service: ApplicationService): Plans {
  const { handlers } = service as unknown as { handlers: Handlers }
  const hasOthers = PHASES.some(([phase, own]) => {
    return handlers[phase].filter((each) => ['READ', '*'].includes(each[phase] ?? '')).length > own
  })
  return new Plans(hasOthers ? 0 : settings().odata.plan_bytes)
}

/** Runs a query through the service that has the entity: of what is stored, that may be another one than that of the root. */
function run(query: object, details: object) {
  const request = new cds.Request({ query: toQuery(query), ...details } as never)
  const service = cds.services[serviceOf(entityIn(query))] as ApplicationService
  return inTransaction(service, () => service.dispatch(request))
}
