/** The clients of a window of time: who they are, and how many requests each has sent. */
import { hash } from 'node:crypto'
import { isIP, isIPv6 } from 'node:net'

/** The most addresses that are counted in a window. With more of them, those that came first are counted anew. */
const MOST_ADDRESSES = 100_000

interface Client {
  requests: number
  /** What tells clients apart in answers, without telling their addresses. */
  partition: string
}

/**
 * Counts the requests of clients by the monotonic clock, as the time of day can jump.
 * @param length of a window, in milliseconds
 * @returns `clientAt` finds the client at an address: those in an IPv6 network of 56 bits, which belongs to one
 *   customer, are one; `rest` is how long the window goes on, in milliseconds
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
    const own = addressIn(address)
    const network = networkOf(own)
    const client = byNetwork.get(network) ?? { requests: 0, partition: partitionOf(network) }
    add(byNetwork, network, client)
    add(byAddress, own, client)
    return client
  }

  return { clientAt, rest: () => Math.max(0, start + length - now()) }
}

function add(clients: Map<string, Client>, key: string, client: Client) {
  const [first] = clients.size < MOST_ADDRESSES ? [] : clients.keys()
  if (first !== undefined) clients.delete(first)
  clients.set(key, client)
}

/**
 * The address in what is said to be one, as proxies hand on what clients call themselves: without a port or the name of
 * an interface. Anything else is empty, so that it is counted together and takes no memory.
 */
function addressIn(given: string): string {
  const [, ofIPv6, ofIPv4] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d+)?$/.exec(given) ?? []
  const address = (ofIPv6 ?? ofIPv4 ?? given).replace(/%.*/s, '')
  return isIP(address) ? address : ''
}

/** The network of an address: for IPv6 its first 56 bits, unless it stands for one of IPv4 (RFC 4291, 2.5.5.2). */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const shortest = new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1)
  const [start = [], end = []] = shortest.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = Array<string>(8 - start.length - end.length).fill('0')
  const groups = [...start, ...zeros, ...end].map((group) => parseInt(group, 16))
  const bytes = groups.flatMap((group) => [group >> 8, group & 255])
  const isMapped = groups.slice(0, 6).join() === '0,0,0,0,0,65535'
  return isMapped ? bytes.slice(12).join('.') : bytes.slice(0, 7).join()
}

const partitionOf = (network: string) => Buffer.from(hash('sha256', network).slice(0, 12)).toString('base64')
