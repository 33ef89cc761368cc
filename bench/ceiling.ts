/**
 * The ceiling: the baseline without Express, where all posts that arrive within a turn of the event loop share a
 * transaction, and so a wait for the disk. The environment is that of the baseline.
 */
import type { IncomingMessage } from 'node:http'
import { parse } from 'node:querystring'
import * as answers from './baseline/answers.ts'
import { bodyOf, expectToken, PATH, rootOf, serve, type Answer, type Refusal } from './baseline/http.ts'
import { store, type Posted } from './baseline/store.ts'

let waiting: { posted: Posted; resolve: (refusal: Refusal | undefined) => void }[] = []

serve(async (req, res) => {
  const { status, headers, body } = await answerTo(req).catch(answers.errorAnswer)
  res.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body)
})

async function answerTo(req: IncomingMessage): Promise<Answer> {
  await expectToken(req)
  const [path = '', query = ''] = (req.url ?? '').split('?')
  const options = parse(query) as answers.Options
  if (path === '/$batch') return answers.batchAnswer(rootOf(req), await bodyOf(req))
  if (path === `${PATH}/$count`) return answers.countAnswer(options.$filter)
  if (path !== PATH) return answers.entityAnswer(rootOf(req), decodeURIComponent(path.slice(PATH.length + 1)))
  if (req.method === 'GET') return answers.collectionAnswer(rootOf(req), options, req.headers.prefer as string)
  const posted = answers.readPosted(await bodyOf(req))
  const refusal = await insertWithOthers(posted)
  if (refusal) throw refusal
  return answers.createdAnswer(rootOf(req), posted)
}

function insertWithOthers(posted: Posted): Promise<Refusal | undefined> {
  if (!waiting.length) setImmediate(() => void commit())
  return new Promise((resolve) => waiting.push({ posted, resolve }))
}

async function commit() {
  const all = waiting
  waiting = []
  const refusals = await store.insert(all.map(({ posted }) => posted))
  for (const [index, { resolve }] of all.entries()) resolve(refusals[index])
}
