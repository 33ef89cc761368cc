/** Serves the page at `/app`. Its files need no token: they are the same for everybody, and have no data of the log. */
import { join } from 'node:path'
import express, { Router, type RequestHandler } from 'express'
import helmet from 'helmet'
import { RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'

/** What `npm run build` made. */
const BUILT = join(import.meta.dirname, '../../app/dist')

/** What the page may load: its own files, and the service. Nothing is written into its markup that a browser would run. */
const POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
  requireTrustedTypesFor: ["'script'"]
}

/** What the page needs to know of the service before it can ask it. */
export interface PageSettings {
  /** Whether the page may offer to fill the log with generated events. */
  development: boolean
}

/** Makes the router of the page. */
export function page(settings: PageSettings): Router {
  const files = express.static(BUILT, { setHeaders: (res, path) => void res.set('Cache-Control', lifetimeOf(path)) })
  return Router()
    .use(helmet.contentSecurityPolicy({ useDefaults: false, directives: POLICY }))
    .get('/settings.json', (_req, res) => {
      res.set('Cache-Control', 'no-cache').json(settings)
    })
    .use(files, (_req, res) => refuse(res, new RequestError('resourceNotFound', `The page has no such file.`)))
}

/** Names of files change with their content, except that of the page itself. */
const lifetimeOf = (path: string) => (path.endsWith('.html') ? 'no-cache' : 'public, max-age=31536000, immutable')

/** Leads browsers from the root to the page; programs get the service document. */
export const toPage: RequestHandler = (req, res, next) => {
  res.vary('Accept')
  if (req.accepts(['json', 'html']) === 'html') res.redirect('app/')
  else next()
}
