/** Clients of a service that may fail: they write and read without a pause, and repeat what got no answer or 503. */
import { setTimeout as delay } from 'node:timers/promises'
import { documentedExample, type Json } from '../support/service.ts'

const PATH = '/auditLogs/provisioning'

/** What an answer may be besides a success: the service or the way to it is not there, or the event is. */
const BUSY = 503
const KNOWN = 409

/** How long a client waits before it repeats a request, in milliseconds. */
const PAUSE = 50

export interface Findings {
  /** The ids of all events that a client was told are stored. */
  acknowledged: Set<string>
  /** How many answers there were of each status. */
  statuses: Record<string, number>
  /** What should not have happened. */
  faults: string[]
}

/**
 * Clients of a service.
 * @param isOver tells when they are to come to an end
 * @param abandoned ends them at once
 */
export function clients(url: string, findings: Findings, isOver: () => boolean, abandoned: AbortSignal) {
  const fault = (message: string) => void findings.faults.push(message)

  /** Sends a request until it is answered by something else than 503. */
  async function send(target: string, init: RequestInit = {}): Promise<{ status: number; body: Json }> {
    for (;;) {
      try {
        const response = await fetch(new URL(target, url), {
          ...init,
          signal: AbortSignal.any([abandoned, AbortSignal.timeout(30_000)])
        })
        const text = await response.text()
        note(response.status)
        if (response.status !== BUSY) return { status: response.status, body: JSON.parse(text) as Json }
        if (!response.headers.has('retry-after')) fault(`503 without Retry-After: ${text}`)
      } catch (error) {
        abandoned.throwIfAborted()
        if ((error as Error).name === 'TimeoutError') fault(`No answer for 30 seconds: ${target}`)
        note('none') // an instance was killed
      }
      await delay(PAUSE)
    }
  }

  const note = (status: number | string) => (findings.statuses[status] = (findings.statuses[status] ?? 0) + 1)

  const post = (target: string, body: Json) =>
    send(target, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

  return {
    /** Stores one event after the other. After an answer was lost, 409 tells that the event is stored. */
    async posting(name: string) {
      for (let count = 0; !isOver(); count++) {
        const id = `${name}-${count}`
        const { status, body } = await post(PATH, eventOf(id, count))
        if (status === 201 || status === KNOWN) findings.acknowledged.add(id)
        else fault(`POST: ${status} ${JSON.stringify(body)}`)
      }
    },

    /** Stores change sets of two events, with a third event beside them. */
    async batching(name: string) {
      for (let count = 0; !isOver(); count++) {
        const ids = ['a', 'b', 'c'].map((part) => `${name}-${count}-${part}`)
        for (let stored = false; !stored;) {
          const requests = ids.map((id, part) => ({
            id,
            ...(part < 2 && { atomicityGroup: 'g' }),
            ...{ method: 'POST', url: PATH, headers: { 'content-type': 'application/json' }, body: eventOf(id, count) }
          }))
          const { status, body } = await post('/$batch', { requests })
          const parts = (body.responses ?? []) as { id: string; status: number; headers?: Json; body: Json }[]
          for (const each of parts) {
            note(each.status)
            if (each.status === 201 || each.status === KNOWN) findings.acknowledged.add(each.id)
            else if (each.status !== BUSY && each.status !== 424)
              fault(`Part: ${each.status} ${JSON.stringify(each.body)}`)
          }
          if (status !== 200) fault(`$batch: ${status} ${JSON.stringify(body)}`)
          // of a change set that is known, only the first event is answered with 409
          const known = parts.some((each) => each.id !== ids[2] && each.status === KNOWN)
          if (known) for (const id of ids.slice(0, 2)) findings.acknowledged.add(id)
          stored = ids.every((id) => findings.acknowledged.has(id))
        }
      }
    },

    /**
     * Reads all events, and what is added to them, until there is no more after the end.
     * @returns how often it saw each event
     */
    async following(): Promise<Map<string, number>> {
      const seen = new Map<string, number>()
      let next = PATH
      for (let isLast = false; ;) {
        const wasOver = isOver()
        const { status, body } = await send(next, { headers: { Prefer: 'odata.track-changes, odata.maxpagesize=300' } })
        if (status !== 200) {
          fault(`Changes: ${status} ${JSON.stringify(body)}`)
          return seen
        }
        const events = body.value as { id: string }[]
        for (const { id } of events) seen.set(id, (seen.get(id) ?? 0) + 1)
        if (body['@odata.deltaLink'] && !events.length && wasOver) {
          if (isLast) return seen
          isLast = true
        }
        next = String(body['@odata.nextLink'] ?? body['@odata.deltaLink'])
        if (body['@odata.deltaLink']) await delay(20)
      }
    },

    /** Walks through pages, again and again: none repeats an event or lacks one that was acknowledged before. */
    async paging() {
      while (!isOver()) {
        const before = [...findings.acknowledged]
        const seen = new Set<string>()
        for (let next: string | undefined = `${PATH}?$select=id`; next;) {
          const { status, body } = await send(next, { headers: { Prefer: 'odata.maxpagesize=1000' } })
          if (status !== 200) return fault(`Page: ${status} ${JSON.stringify(body)}`)
          for (const { id } of body.value as { id: string }[]) {
            if (seen.has(id)) fault(`${id} is on two pages.`)
            seen.add(id)
          }
          next = body['@odata.nextLink'] as string | undefined
        }
        const lost = before.filter((id) => !seen.has(id))
        if (lost.length) fault(`Pages lack ${lost.length} events, such as ${lost[0]}.`)
        await delay(20)
      }
    }
  }
}

const eventOf = (id: string, count: number): Json => ({ ...documentedExample, id, tenantId: `tenant-${count % 3}` })
