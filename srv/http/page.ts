/** Serves the page at `/app`. Its files need no token: they are the same for everybody, and have no data of the log. */
import { existsSync } from 'node:fs'
import { extname, join } from 'node:path'
import express, { Router, type RequestHandler } from 'express'
import { requestError, RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { ownFilesOnly } from './content-policy.ts'

/** What `npm run build` made. */
const BUILT = join(import.meta.dirname, '../../app/dist')

/** Finds how people sign in: see srv/access/sign-in.ts. */
type FindSignIn = () => Promise<{ server: { token_endpoint: string } }>

/**
 * Makes the router of the page.
 * @param development whether nobody signs in, and the page may offer to fill the log with generated events
 * @param findSignIn undefined if nobody can sign in
 */
export function page(development: boolean, findSignIn?: FindSignIn): Router {
  const files = express.static(BUILT, { setHeaders: (res, path) => void res.set('Cache-Control', lifetimeOf(path)) })
  return Router()
    .use(async (req, res, next) => {
      // without the issuer the page can still say that nobody can sign in
      const signIn = await findSignIn?.().catch(() => undefined)
      const connectSrc = ["'self'", ...(signIn ? [new URL(signIn.server.token_endpoint).origin] : [])]
      // nothing is written into the markup that a browser would run
      ownFilesOnly({ connectSrc, requireTrustedTypesFor: ["'script'"] })(req, res, next)
    })
    .get('/settings.json', async (_req, res) => {
      // what the page needs to know of the service before it can ask it
      try {
        const signIn = await findSignIn?.()
        res.set('Cache-Control', 'no-cache').json({ development, signIn })
      } catch (error) {
        refuse(res, requestError(error))
      }
    })
    .use(compressed, files, (_req, res) =>
      refuse(res, new RequestError('resourceNotFound', 'The page has no such file.'))
    )
}

/** The endings of the files that `npm run build` has compressed. */
const ENDINGS = { br: '.br', gzip: '.gz' }

/** Has a file sent as it was compressed when it was built: to do that for each request takes ten times the processor. */
const compressed: RequestHandler = (req, res, next) => {
  const encoding = /^\/[\w.-]+$/.test(req.path) && req.acceptsEncodings(['br', 'gzip'])
  const name = encoding && `${req.path}${ENDINGS[encoding as keyof typeof ENDINGS]}`
  if (name && existsSync(join(BUILT, name))) {
    res.type(extname(req.path)).set('Content-Encoding', encoding)
    req.url = name
  }
  next()
}

/** Names of files change with their content, except that of the page itself. */
const lifetimeOf = (path: string) => (path.endsWith('.html') ? 'no-cache' : 'public, max-age=31536000, immutable')

/** Leads browsers from the root to the page; programs get the service document. */
export const toPage: RequestHandler = (req, res, next) => {
  res.vary('Accept')
  if (req.accepts(['json', 'html']) === 'html') res.redirect('app/')
  else next()
}
