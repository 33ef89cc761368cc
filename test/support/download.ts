/** Clients that take their time to read a download. */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

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
