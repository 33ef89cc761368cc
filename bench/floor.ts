/**
 * The floor: what somebody would write by hand for these few requests, with Express 5 and `node:sqlite`, and nothing
 * else. A transaction for each POST, on disk before it is answered. `PORT` and `FILE` are in the environment.
 */
import express, { type ErrorRequestHandler, type Response } from 'express'
import { errorAnswer, PATH, type Answer } from './floor/answer.ts'
import { collectionAnswer, countAnswer, entityAnswer, type Options } from './floor/reads.ts'
import { bodyOf, rootOf, serve } from './floor/request.ts'
import { Store } from './floor/store.ts'
import { batchAnswer, createdAnswer, readPosted } from './floor/writes.ts'

const store = new Store(process.env.FILE ?? ':memory:')
const app = express()
app.disable('x-powered-by')

app.get(`/${PATH}`, (req, res) => {
  send(res, collectionAnswer(store, rootOf(req), req.query as Options, req.get('Prefer')))
})

app.get(`/${PATH}/$count`, (req, res) => {
  send(res, countAnswer(store, (req.query as Options).$filter))
})

app.get(`/${PATH}/:id`, (req, res) => {
  send(res, entityAnswer(store, rootOf(req), req.params.id))
})

app.post(`/${PATH}`, async (req, res) => {
  const posted = readPosted(await bodyOf(req))
  const [refusal] = store.insert([posted])
  if (refusal) throw refusal
  send(res, createdAnswer(rootOf(req), posted))
})

app.post('/$batch', async (req, res) => {
  send(res, batchAnswer(store, rootOf(req), await bodyOf(req)))
})

/** As Express does it, with the ETag of the answer. */
function send(res: Response, { status, headers, body }: Answer) {
  res
    .status(status)
    .set(headers)
    .send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
}

app.use(((error, _req, res, _next) => send(res, errorAnswer(error))) satisfies ErrorRequestHandler)

serve(app)
