/** Posts events to a service, as many at a time as a batch may have, over a few connections. */
import { structured } from './dialects.ts'
import type { Event } from './ground.ts'
import { batchCall } from './writes.ts'

/** The most requests that a batch may have by the conventions of Microsoft Graph. */
const BATCH = 20
const CONNECTIONS = 4

/** What became of the events. */
export interface Posted {
  stored: number
  /** How many had an id that was taken: most likely they were posted before. */
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
 * @param service the root of the service, an absolute URL
 * @param eventAt gives the event at a place in the log
 * @param token what the service takes for authorization, if it asks for any
 * @throws {Error} for the first event that is not stored; others may have been stored after it
 */
export async function post(
  service: string,
  eventAt: (index: number) => Event,
  count: number,
  token: string | undefined
): Promise<Posted> {
  const url = service.replace(/\/+$/, '') + structured.batch
  const posted = { stored: 0, known: 0 }
  let next = 0
  const connection = async () => {
    while (next < count) {
      const first = next
      next = Math.min(first + BATCH, count)
      const events = Array.from({ length: next - first }, (_, place) => eventAt(first + place))
      for (const status of await postBatch(url, events, token)) posted[status === 201 ? 'stored' : 'known']++
    }
  }
  const stopping = () =>
    connection().catch((error: unknown) => {
      next = count // nothing more is sent
      throw error
    })
  await Promise.all(Array.from({ length: CONNECTIONS }, stopping))
  return posted
}

/** @returns for each event 201 if it was stored, or 409 if its id was taken */
async function postBatch(url: string, events: Event[], token: string | undefined): Promise<number[]> {
  const { headers, body } = batchCall(
    events.map((event) => JSON.stringify(event)),
    structured
  )
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const response = await fetch(url, { method: 'POST', headers: { ...headers, ...authorization }, body }).catch(
    (error: Error) => {
      throw new Error(
        `${url} cannot be reached: ${String((error.cause as Error | undefined)?.message ?? error.message)}`
      )
    }
  )
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${messageOf(parsed(text), text)}`)
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

/** What an answer says in words, or else the beginning of it. */
function messageOf(answer: Answer | undefined, text: string | undefined) {
  return answer?.error?.message ?? (text ?? '').slice(0, 200)
}
