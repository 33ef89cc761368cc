/** Starts the service: CAP's server, with the rooms of this folder put together. */
import type { Server } from 'node:http'
import { constants } from 'node:zlib'
import cds from '@sap/cds'
import compression from 'compression'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { needsTokens } from './access/profile.ts'
import { expectConfined } from './access/tenants.ts'
import { keepCompiledModel } from './compiled-model.ts'
import { findSignIn } from './access/sign-in.ts'
import helmet from 'helmet'
import type { Model } from './cqn/csn.ts'
import { openLog } from './database/open-log.ts'
import { explained, makeStored } from './database/schema.ts'
import { closeAfter, disconnect, engine } from './database/service.ts'
import { apiReference } from './http/api-reference.ts'
import { countAnswers } from './http/unread-answers.ts'
import { crossOrigin } from './http/cors.ts'
import { admit, admitTenant, drain } from './http/drain.ts'
import { giveWayToOthers } from './http/give-way.ts'
import { health, watchDatabase } from './http/health.ts'
import { serve } from './http/listener.ts'
import { localHostsOnly } from './http/local-hosts.ts'
import { page, toPage } from './http/page.ts'
import { logHarmlessly } from './http/log-format.ts'
import { clientLimit } from './http/rate-limit.ts'
import { noteTenant, requestLog } from './http/request-log.ts'
import { inSequence } from './http/sequence.ts'
import { followed, surviveUncaughtErrors } from './http/uncaught.ts'
import { guardHistory } from './integrity/guard.ts'
import { registerProtocols } from './odata/adapter.ts'
import { LinkTokens } from './odata/request/link-tokens.ts'
import { searchedColumns } from './odata/model/schema.ts'
import { rootsLast } from './odata/model/shown.ts'
import { refuseAnything } from './errors/refuse.ts'
import { identify } from './errors/request-ids.ts'
import { accessSettings, databaseLocation, settings } from './settings/settings.ts'

const LOG = cds.log('provisioning')

/** What this file uses of CAP that its published types lack. */
interface Cap {
  env: { log: { format: string } }
  deploy: (model: object) => { to: (database: string) => Promise<void> }
  server: (options: object) => Promise<Server>
}
const { env, deploy, server: capServer } = cds as unknown as Cap

const isProduction = needsTokens()

/** What CAP would serve without a token besides the service. */
const OPEN_ROUTES = { favicon: false, health: false, static: false }

/**
 * Variables, perhaps of another program, for which CAP would fork processes. Those end at once on SIGTERM, with all
 * requests under way.
 */
const FORKS = ['WORKERS', 'CDS_WORKERS']

/** Helmet's defaults, except one that makes Safari change links to `https://localhost`. */
const HEADERS = { contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } }, xPoweredBy: false }

/** Called by `cds-serve` instead of CAP's own server. */
export default async function server(options: object) {
  if (env.log.format === 'json') logHarmlessly()
  if (isProduction) {
    process.env.NODE_ENV = 'production' // CAP hides values by it; the profile may come from elsewhere
    accessSettings()
  } else {
    settings()
    LOG.warn('Development profile: no token is asked for, and any that is sent is taken.')
  }

  keepCompiledModel()
  cds.once('loaded', (loaded) => {
    const csn = loaded as unknown as Model
    csn.definitions = rootsLast(csn)
    const tokens = new LinkTokens()
    expectConfined(csn)
    const model = structuredClone(csn)
    registerProtocols(model, tokens)
    makeStored(csn)
    cds.once('served', () => startLog(csn, model, tokens))
  })
  cds.once('listening', surviveUncaughtErrors) // before that, an error ends the process
  cds.once('listening', ({ url }: { url: string }) => LOG.info(`See the log in a browser: ${url}/app/`))
  cds.on('shutdown', drain)
  closeAfter(drain)
  const index = isProduction ? false : toPage
  for (const name of FORKS) delete process.env[name]
  return capServer({ ...options, app: application(), ...OPEN_ROUTES, index, cors: false })
}

/** Creates or migrates the schema (see `schema_evolution` in .cdsrc.json), and starts all that keeps the log. */
async function startLog(csn: Model, model: Model, tokens: LinkTokens) {
  const deployed = () =>
    deploy(csn)
      .to('db')
      .catch((error: unknown) => {
        throw explained(error, 'The service does not start: ')
      })
  await engine().migrate(JSON.stringify([cds.version, csn]), deployed)
  await engine().start({
    definitions: csn.definitions,
    uniqueIds: !isProduction,
    indexesForAllTenants: !isProduction || settings().requires.db.indexes_for_all_tenants,
    searched: searchedColumns(model)
  })
  tokens.use(await engine().tokenSecret())
  const location = databaseLocation()
  const stop = guardHistory(await openLog(location), location)
  let stopped: Promise<void> | undefined // `cds watch` and an impatient user send a signal more than once
  cds.on('shutdown', () => (stopped ??= stop(disconnect())))
  await watchDatabase()
}

function application() {
  const app = express().disable('x-powered-by')
  app.set('trust proxy', settings().server.trust_proxy)
  app.use(inSequence(identify, followed, ...requestLog(), helmet(HEADERS), crossOrigin))
  app.use('/health', health)
  const names = isProduction ? [] : localHostsOnly()
  app.use(
    inSequence(...names, ...clientLimit(), admit, compression({ filter: isCompressible, brotli: BROTLI }), countAnswers)
  )
  app.use('/app', isProduction ? page(false, findSignIn()) : page(true))
  if (!isProduction) app.use('/docs', apiReference())
  const before = inSequence(keptNowhere, ...cds.middlewares.before.flat(), noteTenant, admitTenant, giveWayToOthers)
  // the one after replaces CAP's, which has another body and no request-id
  Object.assign(cds.middlewares, { before: [before], after: [renderError] })
  const host = isProduction ? process.env.HOST : '127.0.0.1' // undefined means all interfaces
  return Object.assign(app, { listen: (port: number) => serve(app, port, host) })
}

/** No browser keeps events of a log on its disk (RFC 9111, 5.2.2.5). Clients that keep an ETag ask with it all the same. */
const keptNowhere: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store')
  next()
}

/** By default Brotli collects megabytes of each answer before it sends some, and makes hardly less of them. */
const BROTLI = { params: { [constants.BROTLI_PARAM_LGWIN]: 16 } }

/** Lines of JSON have a type that the library does not know as text. */
const isCompressible: compression.CompressionFilter = (req, res) =>
  String(res.getHeader('Content-Type')).startsWith('application/x-ndjson') || compression.filter(req, res)

/** Renders the errors of requests: those of service roots, and those of what is before them. */
const renderError: ErrorRequestHandler = (error, req, res, _next) => refuseAnything(error, req, res)
