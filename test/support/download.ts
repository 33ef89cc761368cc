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
 * @param service one with room for events
 */
export async function downloadUnderWay(service: ReturnType<typeof clientOf>): Promise<IncomingMessage> {
  const path = '/auditLogs/provisioning'
  const headers = { 'Content-Encoding': 'gzip' }
  // together more than lies between a client that does not read and the service
  for (let index = 0; index < 14; index++) {
    const event = { id: `large${index}`, activityDateTime: '2024-05-01T00:00:00Z', jobId: 'x'.repeat(3_500_000) }
    const { status } = await service.post(path, gzipSync(JSON.stringify(event)), headers)
    if (status !== 201) throw new Error(`The service refused an event with ${status}.`)
  }
  return begin(service.url + query(path, { $format: 'ndjson' }))
}
