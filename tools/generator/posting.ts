/** Posts events to a service in JSON batches, over a few connections. */
import type { Event } from './events.ts'

/** The most requests in a batch, by the conventions of Microsoft Graph. */
const BATCH = 20
const CONNECTIONS = 4

/** Where events are posted. */
export interface Destination {
  /** The root of the service, an absolute URL. */
  root: string
  /** The path of the collection below the root. */
  collection?: string
  /** The bearer token, if the service asks for one. */
  token?: string | undefined
}

/** The number of events by outcome. */
export interface Posted {
  stored: number
  /** Events whose id was taken: most likely they were posted before. */
  known: number
}

interface Part {
  id: string
  status: number
  body?: Answer
}

interface Answer {
  error?: { message?: string }
  responses?: Part[]
}

/**
 * Posts the events of a log.
 * @param eventAt returns the event at a position in the log
 * @throws {Error} for the first event that is not stored; later ones may have been stored
 */
export async function post(
  { root, collection = '/auditLogs/provisioning', token }: Destination,
  eventAt: (index: number) => Event,
  count: number
): Promise<Posted> {
  const url = `${root.replace(/\/+$/, '')}/$batch`
  const headers = {
    'Content-Type': 'application/json',
    Connection: 'close', // a busy server may close an idle connection just as it is used again
    ...(token !== undefined && { Authorization: `Bearer ${token}` })
  }
  const posted = { stored: 0, known: 0 }
  let next = 0
  const connection = async () => {
    while (next < count) {
      const first = next
      next = Math.min(first + BATCH, count)
      const events = Array.from({ length: next - first }, (_, place) => eventAt(first + place))
      const texts = events.map((event) => JSON.stringify(event))
      const statuses = statusesOf(url, events, await send(url, headers, batchOf(texts, collection)))
      for (const status of statuses) posted[status === 201 ? 'stored' : 'known']++
    }
  }
  const stopping = () =>
    connection().catch((error: unknown) => {
      next = count // stops the other connections
      throw error
    })
  await Promise.all(Array.from({ length: CONNECTIONS }, stopping))
  return posted
}

/**
 * Writes the body of a batch that posts events.
 * @param events each as JSON
 * @param collection the URL of the collection, relative to the batch
 * @param atomicityGroup the name of the group that all are in, if they are stored all or none
 */
export function batchOf(events: string[], collection: string, atomicityGroup?: string): string {
  const request = { method: 'POST', url: collection, atomicityGroup, headers: { 'Content-Type': 'application/json' } }
  const start = JSON.stringify(request).slice(0, -1)
  return `{"requests":[${events.map((json, index) => `${start},"id":"${index + 1}","body":${json}}`).join()}]}`
}

/** @returns the body of the response */
async function send(url: string, headers: Record<string, string>, body: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers, body }).catch((error: Error) => {
    throw new Error(`${url} cannot be reached: ${String((error.cause as Error | undefined)?.message ?? error.message)}`)
  })
  const text = await response.text()
  if (response.status === 200) return text
  throw new Error(`${url} answered ${response.status}: ${messageOf(parsed(text), text)}`)
}

/** @returns for each event 201 if it was stored, or 409 if its id was taken */
function statusesOf(url: string, events: Event[], text: string): number[] {
  const parts = new Map(parsed(text)?.responses?.map((part) => [part.id, part]))
  return events.map(({ id }, place) => {
    const { status, body: answer } = parts.get(String(place + 1)) ?? { status: 0 }
    if (status === 201 || status === 409) return status
    throw new Error(
      status === 0
        ? `${url} did not answer for event ${String(id)}.`
        : `${url} answered ${status} for event ${String(id)}: ${messageOf(answer, JSON.stringify(answer))}`
    )
  })
}

function parsed(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return undefined
  }
}

/** The error message of a response, or else its beginning. */
function messageOf(answer: Answer | undefined, text: string | undefined) {
  return answer?.error?.message ?? (text ?? '').slice(0, 200)
}
