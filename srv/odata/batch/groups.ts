/** Atomicity groups and change sets, whose requests all succeed or all fail (OData Protocol 4.01, 11.7.2). */
import { RequestError } from '../../errors/errors.ts'
import type { Rows, Store } from '../request/exchange.ts'

/** The rows that one request of a group adds to the entry. */
interface Share {
  rows: Rows
  stored: () => void
  refused: (error: unknown) => void
}

/**
 * Answers the requests of a group. Each runs until it stores its rows and then waits; once all wait, their rows are
 * stored as one entry, and each gets its answer.
 * @param answer answers a request, which stores its rows with the given function; never rejects
 * @param append stores rows, all or none
 */
export async function answerGroup<Request, Answer>(
  requests: Request[],
  answer: (request: Request, store: Store) => Promise<Answer>,
  append: (rows: Rows) => Promise<void>
): Promise<Answer[]> {
  const shares: Share[] = []
  const answers: Promise<Answer>[] = []
  for (const request of requests) {
    await new Promise<void>((goOn) => {
      const store: Store = (rows) =>
        new Promise((stored, refused) => {
          shares.push({ rows, stored, refused })
          goOn()
        })
      const answered = answer(request, store)
      answers.push(answered)
      answered.then(() => goOn(), goOn)
    })
  }
  // a request that was answered before it stored anything has failed
  if (shares.length === requests.length) await storeTogether(shares, append)
  else for (const { refused } of shares) refused(failedTogether())
  return Promise.all(answers)
}

async function storeTogether(shares: Share[], append: (rows: Rows) => Promise<void>) {
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
