/**
 * The baseline: what one writes by hand for the requests of the scenarios, and nothing else, with Express 5 and
 * `node:sqlite`. Each request has a token, and each POST its own transaction: it is on disk before it is answered. The
 * environment has `PORT`, and `FILE`, the database file.
 */
import express, { type ErrorRequestHandler, type Response } from 'express'
import * as answers from './baseline/answers.ts'
import { bodyOf, PATH, rootOf, serve, type Answer } from './baseline/http.ts'
import { Store } from './baseline/store.ts'
import { expectToken } from './baseline/tokens.ts'

const store = new Store(process.env.FILE ?? ':memory:')
const app = express()
app.disable('x-powered-by')

app.use(async (req, _res, next) => {
  await expectToken(req)
  next()
})

app.get(PATH, (req, res) => {
  send(res, answers.collectionAnswer(store, rootOf(req), req.query as answers.Options, req.get('Prefer')))
})

app.get(`${PATH}/$count`, (req, res) => {
  send(res, answers.countAnswer(store, (req.query as answers.Options).$filter))
})

app.get(`${PATH}/:id`, (req, res) => {
  send(res, answers.entityAnswer(store, rootOf(req), req.params.id))
})

app.post(PATH, async (req, res) => {
  const posted = answers.readPosted(await bodyOf(req))
  const [refusal] = store.insert([posted])
  if (refusal) throw refusal
  send(res, answers.createdAnswer(rootOf(req), posted))
})

app.post('/$batch', async (req, res) => {
  send(res, answers.batchAnswer(store, rootOf(req), await bodyOf(req)))
})

app.use(((error, _req, res, _next) => send(res, answers.errorAnswer(error))) satisfies ErrorRequestHandler)

/** Sends an answer as one does with Express, which adds an ETag. */
function send(res: Response, { status, headers, body }: Answer) {
  res.status(status).set(headers).send(body)
}

serve(app)
