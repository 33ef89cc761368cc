/**
 * The requests of a batch that do not depend on each other. CAP runs them one after the other, and each waits for the
 * disk; here those that create entities run at the same time, so that they share a commit.
 */
import { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import express, { type Request, type Response } from 'express'
import type { BatchRequest } from './documents.ts'
import type { Spelling } from '../request/header-names.ts'
import { preferences } from '../request/preferences.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Whether each request of a batch can be answered without the others. What CAP would refuse is left to CAP. */
export function areIndependent(requests: BatchRequest[], req: Request): boolean {
  const ids = new Set(requests.map(({ id }) => id))
  return (
    requests.length > 0 &&
    ids.size === requests.length &&
    requests.every(isSimple) &&
    !preferences(req).has('continue-on-error') &&
    !req.get('Accept')?.includes('multipart/mixed')
  )
}

function isSimple({ method, url, body, atomicityGroup, dependsOn }: BatchRequest) {
  const isReference = /^\/?\$/.test(url)
  return (
    METHODS.includes(method) &&
    !isReference &&
    typeof (body ?? {}) === 'object' &&
    atomicityGroup === undefined &&
    dependsOn === undefined
  )
}

/**
 * Answers a batch in JSON (OData JSON 4.01, 19.5). What was created is there for the queries that follow.
 * @param spelling how the names of headers are spelled
 * @param answer answers one of the requests, errors too
 */
export async function answerParts(
  requests: BatchRequest[],
  req: Request,
  res: Response,
  spelling: Spelling,
  answer: (req: Request, res: Response) => Promise<unknown>
) {
  async function* text() {
    let separator = '{"responses":['
    for (const together of atTheSameTime(requests)) {
      if (res.closed) return // the client has gone
      for (const part of await Promise.all(together.map((request) => partOf(request, req, spelling, answer)))) {
        yield separator
        yield* part
        separator = ','
      }
    }
    yield ']}'
  }
  res.status(200).setHeader('Content-Type', 'application/json')
  try {
    await pipeline(text, res) // goes on when the client has read
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}

/** Puts together what follows each other and creates. */
function atTheSameTime(requests: BatchRequest[]): BatchRequest[][] {
  const all: BatchRequest[][] = []
  for (const request of requests) {
    if (request.method === 'POST' && all.at(-1)?.[0]?.method === 'POST') all.at(-1)?.push(request)
    else all.push([request])
  }
  return all
}

/** Runs a request as if it had come by itself, and gives its answer as JSON, in chunks. */
async function partOf(
  request: BatchRequest,
  outer: Request,
  spelling: Spelling,
  answer: (req: Request, res: Response) => Promise<unknown>
) {
  const { id, method, url, headers, body } = request
  const req = Object.setPrototypeOf(new IncomingMessage(outer.socket), express.request) as Request
  const res = Object.setPrototypeOf(new ServerResponse(req), express.response) as Response
  const given = { 'content-type': outer.headers['content-type'], ...headers }
  Object.assign(req, { app: outer.app, res, method, url, headers: given, body })
  res.app = outer.app
  let sent: string | Buffer | undefined
  res.end = ((chunk?: string | Buffer) => {
    sent = chunk
    return res
  }) as Response['end']
  await answer(req, res)
  const head = JSON.stringify({ id, status: res.statusCode, headers: spelling(res.getHeaders()) })
  if (sent === undefined) return [head]
  const isJson = res.get('Content-Type')?.includes('application/json')
  return [`${head.slice(0, -1)},"body":`, isJson ? sent : JSON.stringify(sent.toString()), '}']
}
