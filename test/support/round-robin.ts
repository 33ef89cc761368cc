/** A load balancer as simple as it gets: a request goes to the next instance, whether that lives or not. */
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * Starts it.
 * @param instances gives the URLs of all instances; undefined for one that is not there
 * @returns its URL, and a function that stops it
 */
export async function startRoundRobin(instances: () => (string | undefined)[]) {
  let turn = 0
  const server = createServer((incoming, answer) => {
    const urls = instances()
    const url = urls[turn++ % urls.length]
    const fail = () => {
      if (answer.headersSent) answer.destroy()
      else answer.writeHead(503, { 'Retry-After': '1', Via: 'round robin' }).end()
    }
    if (!url) return fail()
    const { method, headers } = incoming
    const outgoing = request(new URL(incoming.url ?? '', url), { ...(method && { method }), headers })
    outgoing.on('error', fail)
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.on('error', fail)
      response.pipe(answer)
    })
    incoming.pipe(outgoing)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}
