/** Fills an empty log with generated events. A chunk of its own, as the generator knows many names. */
import { eventAt } from '../../tools/generator/events.ts'
import { batchOf } from '../../tools/generator/posting.ts'
import { LOG } from '../service/odata.ts'
import { json, ServiceError } from '../service/request.ts'

/** The number of events in one request. */
const BATCH = 100

const SEED = 1

interface BatchAnswer {
  responses: { status: number; body?: { error?: { code: string; message: string } } }[]
}

/**
 * Posts events of the last thirty days.
 * @param progress called with the number of events that were stored so far
 * @throws {ServiceError} if one is not stored
 */
export async function fill(count: number, progress: (stored: number) => void): Promise<void> {
  const until = Date.now()
  for (let from = 0; from < count; from += BATCH) {
    const size = Math.min(BATCH, count - from)
    const texts = Array.from({ length: size }, (_, place) =>
      JSON.stringify(eventAt(from + place, count, SEED, undefined, until))
    )
    const { responses } = await json<BatchAnswer>('$batch', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: batchOf(texts, `/${LOG}`)
    })
    // an event that is there already is as good as a new one
    const failed = responses.find(({ status }) => status !== 201 && status !== 409)
    if (failed)
      throw new ServiceError(
        failed.status,
        new Headers(),
        failed.body?.error?.code ?? '',
        failed.body?.error?.message ?? 'An event was not stored.'
      )
    progress(from + size)
  }
}
