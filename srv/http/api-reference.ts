/** The API reference, in development only: Swagger UI with the descriptions of all roots. */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import cds from '@sap/cds'
import { Router } from 'express'
import { ownFilesOnly } from './content-policy.ts'

const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']

/**
 * Makes the router of the reference. It shows the root `/`, and others with `?root=/beta`. It has no routes if Swagger
 * UI is not installed, which `npm ci --omit=dev` leaves out.
 */
export function apiReference(): Router {
  const folder = folderOfSwagger()
  if (folder === undefined) return Router()
  return Router()
    .use(ownFilesOnly({ imgSrc: ["'self'", 'data:'] })) // icons in the style sheet
    .get('/', (_req, res) => void res.type('html').send(page()))
    .get('/start.js', (_req, res) => void res.type('js').send(START))
    .get('/:file', (req, res, next) => {
      if (FILES.includes(req.params.file)) res.sendFile(req.params.file, { root: folder })
      else next()
    })
}

function folderOfSwagger() {
  try {
    return dirname(createRequire(import.meta.filename).resolve('swagger-ui-dist/package.json'))
  } catch {
    return undefined
  }
}

const START = `const root = new URLSearchParams(location.search).get('root') ?? ''
SwaggerUIBundle({ dom_id: '#reference', url: root + '/openapi.json', deepLinking: true, validatorUrl: null })
`

function page() {
  const links = roots().map((root) => `<a href="/docs?root=${root}"><code>${root || '/'}</code></a>`)
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Provisioning audit log: API reference</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <nav class="swagger-ui wrapper info"><p>Roots: ${links.join(' ')}</p></nav>
    <main id="reference"></main>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`
}

/** The roots of all services, without trailing slashes. */
function roots(): string[] {
  const services = Object.values(cds.services) as unknown as { endpoints?: { path: string }[] }[]
  return services.flatMap(({ endpoints = [] }) => endpoints.map(({ path }) => path.replace(/\/$/, ''))).sort()
}
