/**
 * The baseline: what one writes by hand for the requests of the scenarios, and nothing else, with Express 5 and
 * `node:sqlite` or `pg`. Each request has a token, and each POST its own transaction: it is on disk before it is answered.
 * The environment has `PORT`, `ISSUER` and `AUDIENCE` of the tokens, and `FILE`, the database file, or `DATABASE_URL`.
 */
import express, { type ErrorRequestHandler, type Response } from 'express'
import * as answers from './baseline/answers.ts'
import { bodyOf, expectToken, PATH, rootOf, serve, type Answer } from './baseline/http.ts'
import { store } from './baseline/store.ts'

const app = express()
app.disable('x-powered-by')

app.use(async (req, _res, next) => {
  await expectToken(req)
  next()
})

app.get(PATH, async (req, res) => {
  send(res, await answers.collectionAnswer(rootOf(req), req.query as answers.Options, req.get('Prefer')))
})

app.get(`${PATH}/$count`, async (req, res) => {
  send(res, await answers.countAnswer((req.query as answers.Options).$filter))
})

app.get(`${PATH}/:id`, async (req, res) => {
  send(res, await answers.entityAnswer(rootOf(req), req.params.id))
})

app.post(PATH, async (req, res) => {
  const posted = answers.readPosted(await bodyOf(req))
  const [refusal] = await store.insert([posted])
  if (refusal) throw refusal
  send(res, answers.createdAnswer(rootOf(req), posted))
})

app.post('/$batch', async (req, res) => {
  send(res, await answers.batchAnswer(rootOf(req), await bodyOf(req)))
})

app.use(((error, _req, res, _next) => send(res, answers.errorAnswer(error))) satisfies ErrorRequestHandler)

/** Sends an answer as one does with Express, which adds an ETag. */
function send(res: Response, { status, headers, body }: Answer) {
  res.status(status).set(headers).send(body)
}

serve(app)
