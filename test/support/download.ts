/** Clients that take their time to read a download. */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { clientOf, query } from './service.ts'

/** An answer whose body nobody reads yet: see {@link rest}. */
export async function begin(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { headers, agent: false }), 'response')) as [IncomingMessage]
  response.on('error', () => {}) // where nobody reads it in the end
  return response
}

/**
 * Reads the rest of an answer.
 * @throws {Error} if its end is missing
 */
export const rest = (response: IncomingMessage) => text(response)

/**
 * Has a service begin a download that waits for its client.
 * @param url of a service with room for events
 * @param headers of all requests
 */
export async function downloadUnderWay(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const path = '/auditLogs/provisioning'
  const { post } = clientOf(() => url)
  // together more than lies between a client that does not read and the service, which is 4 MB on Linux by default
  for (let index = 0; index < 8; index++) {
    const event = { id: `large${index}`, activityDateTime: '2024-04-01T00:00:00Z', jobId: 'x'.repeat(3_500_000) }
    const { status } = await post(path, gzipSync(JSON.stringify(event)), { ...headers, 'Content-Encoding': 'gzip' })
    if (status !== 201) throw new Error(`The service refused an event with ${status}.`)
  }
  return begin(url + query(path, { $format: 'ndjson', $filter: "startswith(id,'large')" }), headers)
}
