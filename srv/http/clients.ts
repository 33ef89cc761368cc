/** The clients of a window of time: who they are, and how many requests each has sent. */
import { hash } from 'node:crypto'
import { ipKeyGenerator } from 'express-rate-limit'

/** The most addresses that are counted in a window. With more of them, those that came first are counted anew. */
const MOST_ADDRESSES = 100_000

/** A client in a window. */
interface Client {
  requests: number
  /** What tells clients apart in answers, without telling their addresses. */
  partition: string
}

/**
 * Counts the requests of clients by the monotonic clock, as the time of day can jump.
 * @param length the length of a window in milliseconds
 * @returns `clientAt` finds the client at an address: those in an IPv6 network of 56 bits, which belongs to one customer,
 *   are one; `rest` is how long the window goes on, in milliseconds
 */
export function clientsInWindow(length: number, now = () => performance.now()) {
  const byAddress = new Map<string, Client>()
  const byNetwork = new Map<string, Client>()
  let start = now()

  function clientAt(address: string): Client {
    if (now() - start >= length) {
      start = now()
      byAddress.clear()
      byNetwork.clear()
    }
    const known = byAddress.get(address)
    if (known) return known
    const network = ipKeyGenerator(address)
    const client = byNetwork.get(network) ?? { requests: 0, partition: partitionOf(network) }
    add(byNetwork, network, client)
    add(byAddress, address, client)
    return client
  }

  return { clientAt, rest: () => Math.max(0, start + length - now()) }
}

function add(clients: Map<string, Client>, key: string, client: Client) {
  const [first] = clients.size < MOST_ADDRESSES ? [] : clients.keys()
  if (first !== undefined) clients.delete(first)
  clients.set(key, client)
}

const partitionOf = (network: string) => Buffer.from(hash('sha256', network).slice(0, 12)).toString('base64')
