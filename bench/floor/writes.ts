/** What posts are answered with. */
import { entityStart, errorText, json, location, parsed, partText, PATH, type Answer } from './answer.ts'
import { unknown } from './query.ts'
import type { Store } from './store.ts'
import { readEvent, type Event } from './validation.ts'
import { Refusal } from './values.ts'

/**
 * Stores one event.
 * @param text the request body
 * @param store stores what was read, and may take its time for it
 */
export function readPosted(text: string): [event: Event, body: string] {
  const event = readEvent(parsed(text))
  return [event, JSON.stringify(event)]
}

/** The answer to a POST of an event that is stored. */
export function createdAnswer(root: string, [{ id }, body]: [Event, string]): Answer {
  const answer = json(201, [entityStart(root), Buffer.from(body.slice(1))])
  answer.headers.Location = location(root, id)
  return answer
}

interface Part {
  id: string
  method: string
  url: string
  body: unknown
}

/** Stores the events of a batch in one transaction, those that can be, and answers for each. */
export function batchAnswer(store: Store, root: string, text: string): Answer {
  const { requests } = parsed(text) as { requests?: Part[] }
  if (!Array.isArray(requests))
    throw new Refusal(400, 'invalidBody', "A batch must be a JSON object with an array 'requests'.", 'requests')
  const read = requests.map((part): [Event, string] | Refusal => {
    if (part.method !== 'POST' || part.url !== `/${PATH}`) throw unknown(part.url)
    try {
      const event = readEvent(part.body)
      return [event, JSON.stringify(event)]
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
  })
  const refusals = store.insert(read.filter((each) => Array.isArray(each)))
  const responses = read.map((each, index) => {
    const refusal = Array.isArray(each) ? refusals.shift() : each
    return refusal || !Array.isArray(each)
      ? partText(requests[index]?.id, refusal?.status ?? 500, '', errorText(refusal))
      : partText(
          requests[index]?.id,
          201,
          `"location":${JSON.stringify(location(root, each[0].id))},`,
          entityStart(root) + each[1].slice(1)
        )
  })
  return { ...json(200, [Buffer.from(`{"responses":[${responses.join()}]}`)]) }
}
