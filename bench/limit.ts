/**
 * The physical limit: as the floor, but without Express, and all posts that have come in by a turn of the event loop
 * share a transaction, and so a wait for the disk. `PORT` and `FILE` are in the environment.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parse } from 'node:querystring'
import { errorAnswer, PATH } from './floor/answer.ts'
import { collectionAnswer, countAnswer, entityAnswer, type Options } from './floor/reads.ts'
import { bodyOf, rootOf, send, serve } from './floor/request.ts'
import { Store } from './floor/store.ts'
import { Refusal } from './floor/values.ts'
import { batchAnswer, createdAnswer, readPosted } from './floor/writes.ts'

interface Waiting {
  posted: ReturnType<typeof readPosted>
  req: IncomingMessage
  res: ServerResponse
}

const store = new Store(process.env.FILE ?? ':memory:')
let waiting: Waiting[] = []

serve((req, res) => {
  if (req.method === 'POST') return void post(req, res).catch((error: unknown) => send(res, errorAnswer(error)))
  try {
    send(res, read(req))
  } catch (error) {
    send(res, errorAnswer(error))
  }
})

function read(req: IncomingMessage) {
  const [path = '', query = ''] = (req.url ?? '').split('?')
  const options = parse(query) as Options
  if (path === `/${PATH}`) return collectionAnswer(store, rootOf(req), options, req.headers.prefer as string)
  if (path === `/${PATH}/$count`) return countAnswer(store, options.$filter)
  if (path.startsWith(`/${PATH}/`))
    return entityAnswer(store, rootOf(req), decodeURIComponent(path.slice(PATH.length + 2)))
  throw new Refusal(404, 'resourceNotFound', 'There is no such resource.')
}

async function post(req: IncomingMessage, res: ServerResponse) {
  const text = await bodyOf(req)
  if (req.url === '/$batch') return send(res, batchAnswer(store, rootOf(req), text))
  if (req.url !== `/${PATH}`) throw new Refusal(404, 'resourceNotFound', 'There is no such resource.')
  waiting.push({ posted: readPosted(text), req, res })
  if (waiting.length === 1) setImmediate(commit)
}

function commit() {
  const all = waiting
  waiting = []
  const refusals = committed(all)
  for (const [index, { posted, req, res }] of all.entries()) {
    const refusal = refusals[index]
    send(res, refusal ? errorAnswer(refusal) : createdAnswer(rootOf(req), posted))
  }
}

function committed(all: Waiting[]): unknown[] {
  try {
    return store.insert(all.map(({ posted }) => posted))
  } catch (error) {
    return all.map(() => error)
  }
}
