/** Fills a log of the hand-written servers. `node baseline.ts COUNT SEED`; the environment has `FILE`. */
import { eventAt } from '../../tools/generator/events.ts'
import { readPosted } from '../baseline/answers.ts'
import { Store } from '../baseline/store.ts'

const TOGETHER = 1000 // events that share a commit

const [count = 0, seed = 1] = process.argv.slice(2).map(Number)
const store = new Store(process.env.FILE ?? '')
for (let first = 0; first < count; first += TOGETHER) {
  const size = Math.min(TOGETHER, count - first)
  const refusals = store.insert(
    Array.from({ length: size }, (_, place) => readPosted(eventAt(first + place, count, seed)))
  )
  for (const refusal of refusals) if (refusal) throw refusal
}
