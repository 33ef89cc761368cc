/** What the commands have in common that write a log at once, not by requests. */
import { parseArgs } from 'node:util'
import { eventAt } from '../tools/generator/events.ts'
import type { Event } from '../tools/generator/events.ts'

/** How many events a transaction has. */
const TOGETHER = 1000

/** A log that is written. */
interface Writing {
  insert: (events: Event[]) => void | Promise<void>
  close: () => void | Promise<void>
}

/**
 * Writes the events that the arguments of the command ask for.
 * @param open opens the log in a file, which is new
 */
export async function loading(open: (file: string) => Writing | Promise<Writing>) {
  const { values } = parseArgs({
    options: { file: { type: 'string' }, count: { type: 'string' }, seed: { type: 'string', default: '1' } }
  })
  if (!values.file) throw new Error('--file is missing.')
  const count = Number(values.count)
  const seed = Number(values.seed)
  const { insert, close } = await open(values.file)
  for (let from = 0; from < count; from += TOGETHER)
    await insert(Array.from({ length: Math.min(TOGETHER, count - from) }, (_, at) => eventAt(from + at, count, seed)))
  await close()
}
