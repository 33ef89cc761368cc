/** Runs the requests of a batch and yields their answers in the same order (OData Protocol 4.01, 11.7). */
import type { OutgoingHttpHeaders } from 'node:http'
import express, { type Request, type Response } from 'express'
import { RequestError } from '../../errors/errors.ts'
import { refuse } from '../../errors/refuse.ts'
import { requestIds } from '../../errors/request-ids.ts'
import { givingWay } from '../../http/give-way.ts'
import type { NewRows } from '../../database/service.ts'
import { expectType } from '../request/body.ts'
import type { Origin, Store } from '../request/exchange.ts'
import { REFERENCE, type BatchRequest, type Unit } from './requests.ts'
import { IncomingMessage, ServerResponse } from '../../http/node-http.ts'

/** How a batch is run. */
export interface Run {
  outer: Request
  /** Whether to continue after a request that failed. */
  goesOn: boolean
  /** Whether consecutive requests that create, independently of each other, run concurrently and share a commit. */
  inAnyOrder: boolean
  /** Once the answers have this many bytes, the remaining requests are refused. */
  mostBytes: number
  /** Answers a request as if it had been sent by itself; renders errors, too. */
  answer: (req: Request, res: Response, origin: Origin) => Promise<void>
  /** Stores rows, all or none. */
  append: (rows: NewRows) => Promise<void>
}

/** The answer to a request of a batch. */
export interface Answer {
  id: string | undefined
  status: number
  headers: OutgoingHttpHeaders
  body: Buffer | undefined
}

/** The rows that one request of a unit adds to the entry. */
interface Share {
  rows: NewRows
  stored: () => void
  refused: (error: unknown) => void
}

/** Runs a batch until it is done or its client has gone. @returns the units run together, each with its answers */
export async function* runBatch(units: Unit[], how: Run): AsyncGenerator<[Unit, Answer[]][]> {
  const { outer, goesOn, inAnyOrder, append } = how
  let bytes = 0
  const giveWay = givingWay()
  const answer = async (request: BatchRequest, store: Store) => {
    await giveWay() // a query that runs at once, or an error, waits for nothing
    const problem = problemOf(request) ?? (bytes >= how.mostBytes ? full() : undefined)
    const answered = await answerRequest(request, store, how, problem)
    bytes += answered.body?.length ?? 0
    return answered
  }
  for (const together of inAnyOrder ? atTheSameTime(units) : units.map((unit) => [unit])) {
    if (outer.res?.closed) return
    const answering: Promise<Answer[]>[] = []
    for (const { requests } of together) {
      await giveWay()
      answering.push(answerUnit(requests, answer, append))
    }
    const answers = await Promise.all(answering)
    yield together.map((unit, index) => [unit, answers[index] as Answer[]])
    if (!goesOn && answers.flat().some(({ status }) => status >= 400)) return
  }
}

/** Joins consecutive requests that create and do not depend on each other. */
function atTheSameTime(units: Unit[]): Unit[][] {
  const all: Unit[][] = []
  let pending = new Set<BatchRequest>()
  for (const unit of units) {
    const [request] = unit.requests
    const isFree = unit.group === undefined && request?.method === 'POST'
    if (isFree && pending.size && !request.dependsOn.some((other) => pending.has(other))) all.at(-1)?.push(unit)
    else {
      all.push([unit])
      pending = new Set()
    }
    if (isFree) pending.add(request)
  }
  return all
}

/**
 * Answers the requests of a unit, which all succeed or all fail (11.7.2). Each runs until it stores its rows and then
 * waits; once all wait, their rows are stored as one entry, and each gets its answer.
 * @param answer answers a request, which stores its rows with the given function; never rejects
 */
async function answerUnit(
  requests: BatchRequest[],
  answer: (request: BatchRequest, store: Store) => Promise<Answer>,
  append: Run['append']
): Promise<Answer[]> {
  const shares: Share[] = []
  const answers: Promise<Answer>[] = []
  for (const request of requests) {
    const { promise: waiting, resolve: waits } = Promise.withResolvers<void>()
    const store: Store = (rows) =>
      new Promise((stored, refused) => {
        shares.push({ rows, stored, refused })
        waits()
      })
    const answered = answer(request, store)
    answers.push(answered)
    await Promise.race([waiting, answered])
  }
  // a request that was answered before it stored anything has failed
  if (shares.length === requests.length) await storeTogether(shares, append)
  else for (const { refused } of shares) refused(failedTogether())
  return Promise.all(answers)
}

async function storeTogether(shares: Share[], append: Run['append']) {
  try {
    await append(shares.flatMap(({ rows }) => rows))
    for (const { stored } of shares) stored()
  } catch (error) {
    const owners = shares.flatMap((share) => share.rows.map(() => share))
    const culprit = owners[(error as { row?: number }).row ?? -1]
    for (const share of shares) share.refused(!culprit || share === culprit ? error : failedTogether())
  }
}

const failedTogether = () => new RequestError('failedDependency', 'Another request of the atomicity group failed.')

async function answerRequest(
  request: BatchRequest,
  store: Store,
  { outer, answer }: Run,
  problem: RequestError | undefined
): Promise<Answer> {
  const { id, method, body, reference } = request
  const most = outer.get('OData-MaxVersion') // that of the batch is that of its requests (Protocol 4.01, 8.2.7)
  const headers = most === undefined ? request.headers : { 'odata-maxversion': most, ...request.headers }
  // a chain of references that fail would have URLs that grow, and each is kept
  const isReferred = reference && !problem
  const url = isReferred ? request.url.replace(REFERENCE, () => reference.outcome?.url ?? '') : request.url
  const req = Object.setPrototypeOf(new IncomingMessage(outer.socket), express.request) as Request
  const res = Object.setPrototypeOf(new ServerResponse(req), express.response) as Response
  Object.assign(req, { app: outer.app, res, method, url, headers })
  res.app = outer.app
  let sent: Buffer | undefined
  res.end = ((chunk?: string | Buffer) => {
    sent = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    return res
  }) as Response['end']
  const noted: Store = (rows, entityUrl) => {
    request.outcome = { url: entityUrl, hasFailed: false } // for those that follow in the same group
    return store(rows, entityUrl)
  }
  const read = () => {
    const type = headers['content-type'] // Graph's clients leave it out
    if (type !== undefined) expectType(type)
    return body()
  }
  if (problem) refuse(res, problem, requestIds(outer.res as Response))
  else await answer(req, res, { outer, body: read, store: noted })
  const hasFailed = res.statusCode < 200 || res.statusCode >= 300
  request.outcome = { url: res.get('Location') ?? url.replace(/\?.*/s, ''), hasFailed }
  return { id, status: res.statusCode, headers: res.getHeaders(), body: sent }
}

function problemOf({ url, dependsOn, isConditional }: BatchRequest) {
  if (dependsOn.some(({ outcome }) => outcome?.hasFailed !== false))
    return new RequestError('failedDependency', 'A request that this one depends on failed.')
  if (isConditional) return new RequestError('failedDependency', "The service does not evaluate 'if'.", 'if')
  if (!URL.canParse(url, 'http://host')) return new RequestError('badRequest', 'The URL is not valid.', 'url')
  return undefined
}

const full = () =>
  new RequestError('serviceUnavailable', 'The answer to the batch is full. Send this request in another one.')
