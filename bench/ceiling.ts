/**
 * The ceiling: the baseline without Express, where all posts that arrive within a turn of the event loop share a
 * transaction, and so a wait for the disk. The environment has `PORT` and `FILE`, the database file.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parse } from 'node:querystring'
import * as answers from './baseline/answers.ts'
import { bodyOf, PATH, rootOf, serve, type Answer } from './baseline/http.ts'
import { Store } from './baseline/store.ts'
import { expectToken } from './baseline/tokens.ts'

interface Waiting {
  posted: ReturnType<typeof answers.readPosted>
  req: IncomingMessage
  res: ServerResponse
}

const store = new Store(process.env.FILE ?? ':memory:')
let waiting: Waiting[] = []

serve(async (req, res) => {
  try {
    await expectToken(req)
    if (req.method === 'POST') await post(req, res)
    else send(res, await read(req))
  } catch (error) {
    send(res, answers.errorAnswer(error))
  }
})

function read(req: IncomingMessage) {
  const [path = '', query = ''] = (req.url ?? '').split('?')
  const options = parse(query) as answers.Options
  if (path === PATH) return answers.collectionAnswer(store, rootOf(req), options, req.headers.prefer as string)
  if (path === `${PATH}/$count`) return answers.countAnswer(store, options.$filter)
  return answers.entityAnswer(store, rootOf(req), decodeURIComponent(path.slice(PATH.length + 1)))
}

async function post(req: IncomingMessage, res: ServerResponse) {
  const body = await bodyOf(req)
  if (req.url === '/$batch') return send(res, await answers.batchAnswer(store, rootOf(req), body))
  waiting.push({ posted: answers.readPosted(body), req, res })
  if (waiting.length === 1) setImmediate(commit)
}

function commit() {
  const all = waiting
  waiting = []
  const refusals = store.insert(all.map(({ posted }) => posted))
  for (const [index, { posted, req, res }] of all.entries()) {
    const refusal = refusals[index]
    send(res, refusal ? answers.errorAnswer(refusal) : answers.createdAnswer(rootOf(req), posted))
  }
}

function send(res: ServerResponse, { status, headers, body }: Answer) {
  res.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body)
}
