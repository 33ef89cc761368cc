/** Ways to a PostgreSQL server, with what can be between: a cable that is cut, encryption, a pooler. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'

/** A certificate, with its key, that nobody has signed. */
export const CERTIFICATE = join(__dirname, '../fixtures/certificate-for-127.0.0.1.pem')

interface Between {
  /** Whether the server answers the request for encryption, which comes first, with a certificate. */
  encrypts?: boolean
  /** Changes the first message of a client: https://www.postgresql.org/docs/current/protocol-message-formats.html. */
  change?: (startup: Buffer) => Buffer
}

/**
 * Starts to listen on a way to a server.
 * @param target a database on it
 * @returns the URL of the database on this way; `cut` blocks it without a word, and what is sent then is lost
 */
export async function startWire(target: string, { encrypts, change = (startup) => startup }: Between = {}) {
  const { hostname, port } = new URL(target)
  const sockets: Socket[] = []
  let isCut = false
  let received = 0
  const server = createServer(async (client) => {
    sockets.push(client)
    client.on('error', () => {})
    const near = encrypts ? await encrypted(client) : client
    const far = connect(Number(port), hostname)
    near.once('data', (startup: Buffer) => {
      far.write(change(startup))
      near.on('data', (data: Buffer) => isCut || far.write(data))
    })
    far.on('data', (data: Buffer) => {
      received += data.length
      if (!isCut) near.write(data)
    })
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      sockets.push(from)
      from.on('error', () => to.destroy())
      from.on('end', () => isCut || to.end())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cut: () => (isCut = true),
    mend: () => (isCut = false),
    /** How many bytes the server has sent. */
    received: () => received,
    stop: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  }
}

async function encrypted(client: Socket) {
  await once(client, 'data') // the request for encryption
  client.write('S')
  const pem = readFileSync(CERTIFICATE)
  return new TLSSocket(client, { isServer: true, key: pem, cert: pem })
}

/** Starts to listen as a pooler that refuses connections with settings. @param message in which it says so */
export async function startRefusing(message: string) {
  const fields = Buffer.from(`SFATAL\0C08P01\0M${message}\0\0`)
  const head = Buffer.from('E\0\0\0\0')
  head.writeInt32BE(fields.length + 4, 1)
  const server = createServer((client) => client.once('data', () => client.end(Buffer.concat([head, fields]))))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `postgres://user:password@127.0.0.1:${port}/database`, stop: () => server.close() }
}

/** Takes out what sets the options of a connection, as poolers do: they share connections. */
export function withoutOptions(startup: Buffer): Buffer {
  const names = ['options', 'lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout']
  const [version, ...parameters] = [startup.subarray(4, 8), ...startup.subarray(8).toString().split('\0')]
  const kept = parameters.flatMap((name, at) => {
    if (at % 2 || !name || names.includes(String(name))) return []
    return [name, parameters[at + 1]]
  })
  const body = Buffer.concat([version, Buffer.from(`${kept.join('\0')}\0\0`)])
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length + 4)
  return Buffer.concat([size, body])
}
