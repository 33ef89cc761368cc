/**
 * The answers of an atomicity group whose transaction was rolled back. CAP answers the requests before the one that
 * failed as if they had been stored; here they fail with it (OData Protocol 4.01, 11.7.4).
 */
import type { Response } from 'express'
import { errorBody, RequestError } from '../../errors/errors.ts'
import { inLowerCase, type Spelling } from '../request/header-names.ts'
import { parseJson } from '../../values/json.ts'
import { requestIds } from '../../errors/request-ids.ts'

interface Part {
  id: string
  status: number
  atomicityGroup?: string
  headers: Record<string, string>
  body?: unknown
}

/**
 * Holds back the answer to a batch in JSON until it is complete, and makes every request of a failed group fail.
 * @param spelling how the names of headers are spelled
 */
export function failWholeGroups(res: Response, spelling: Spelling) {
  const chunks: Buffer[] = []
  const end = res.end.bind(res) as (chunk?: Buffer) => Response
  const hold = (chunk: unknown) => {
    if (chunk !== undefined && chunk !== null) chunks.push(Buffer.from(chunk as string))
    return true
  }
  res.write = hold as Response['write']
  res.end = ((chunk?: unknown) => {
    hold(chunk)
    return end(corrected(Buffer.concat(chunks), res, spelling))
  }) as Response['end']
}

function corrected(answer: Buffer, res: Response, spelling: Spelling): Buffer {
  if (spelling === inLowerCase && !answer.includes('"atomicityGroup"')) return answer
  const { responses } = parseJson(answer.toString()) as { responses?: Part[] }
  if (!responses) return answer
  const failed = new Set(responses.filter(({ status }) => status >= 400).map(({ atomicityGroup }) => atomicityGroup))
  failed.delete(undefined)
  const parts = responses
    .map((part) => (failed.has(part.atomicityGroup) && part.status < 400 ? undone(part, res) : part))
    .map((part) => ({ ...part, headers: spelling(part.headers) }))
  return Buffer.from(JSON.stringify({ responses: parts }))
}

function undone({ id, atomicityGroup }: Part, res: Response): Part {
  const error = new RequestError('failedDependency', 'Another request of the atomicity group failed.')
  const body = errorBody(error, requestIds(res), new Date())
  return {
    id,
    status: error.status,
    headers: { 'content-type': 'application/json' },
    ...(atomicityGroup && { atomicityGroup }),
    body
  }
}
