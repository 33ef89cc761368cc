/** What a service answers while its server is away, and after that. */
import type { Answer } from '../support/service.ts'

export const statusOf = ({ status, headers }: Answer) => [status, headers.get('retry-after')]

/** Repeats a request until it is answered with a status. */
export async function until(expected: number, send: () => Promise<Answer>) {
  for (const end = Date.now() + 60_000; ;) {
    const answer = await send()
    if (answer.status === expected) return answer
    if (Date.now() > end) throw new Error(`${answer.status} ${answer.text}`)
  }
}
