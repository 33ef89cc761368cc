/** Load on a server: as many requests as it answers, from connections that each have one under way. */
import { Client } from 'undici'

/** A request, and how its answer is verified. */
export interface Call {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
  /** Tells what is wrong with an answer; undefined if nothing is. */
  check: (status: number, body: Buffer) => string | undefined
}

/** What a connection asks: called for each request, after the answer to the one before was checked. */
export type Session = () => Call

export interface Measurement {
  /** Answers in a second. */
  throughput: number
  /** How long each answer took until it had come in as a whole, in milliseconds. */
  latencies: number[]
}

/**
 * Loads a server for a time.
 * @param sessions one for each connection
 * @param milliseconds how long requests are begun
 * @throws {Error} for the first answer that is wrong: an error never counts
 */
export async function measure(url: string, sessions: Session[], milliseconds: number): Promise<Measurement> {
  const connections = sessions.map(() => new Connection(url))
  const latencies: number[] = []
  const begin = performance.now()
  const end = begin + milliseconds
  const run = async (connection: Connection, session: Session) => {
    for (let now = performance.now(); now < end;) {
      const call = session()
      const sent = performance.now()
      const { status, body } = await connection.exchange(call)
      now = performance.now()
      latencies.push(now - sent)
      verify(call, status, body)
    }
  }
  try {
    await Promise.all(sessions.map((session, index) => run(connections[index] as Connection, session)))
  } finally {
    await Promise.all(connections.map((connection) => connection.close()))
  }
  return { throughput: (latencies.length / (performance.now() - begin)) * 1000, latencies }
}

/**
 * Sends one request.
 * @returns the body of the answer
 * @throws {Error} if the answer is wrong
 */
export async function ask(url: string, call: Call): Promise<Buffer> {
  const connection = new Connection(url)
  try {
    const { status, body } = await connection.exchange(call)
    verify(call, status, body)
    return body
  } finally {
    await connection.close()
  }
}

function verify({ method, path, check }: Call, status: number, body: Buffer) {
  const problem = check(status, body)
  if (problem === undefined) return
  throw new Error(`${method} ${decodeURIComponent(path)}: ${problem}; ${status} ${body.toString('utf8', 0, 500)}`)
}

/** A connection, with room for an answer: what the client does is time that the server has not. */
class Connection {
  private readonly client: Client
  private room = Buffer.allocUnsafe(64 * 1024)

  constructor(url: string) {
    this.client = new Client(url, { pipelining: 1 })
  }

  /** Sends a request. The body of the answer is there until the next one. */
  exchange({ method, path, headers, body }: Call) {
    return new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
      let status = 0
      let length = 0
      this.client.dispatch(
        { method, path, headers: headers ?? null, body: body ?? null },
        {
          onRequestStart() {},
          onResponseStart(_controller, statusCode) {
            status = statusCode
          },
          onResponseData: (_controller, chunk) => {
            if (length + chunk.length > this.room.length)
              this.room = Buffer.concat([this.room], (length + chunk.length) * 2)
            chunk.copy(this.room, length)
            length += chunk.length
          },
          onResponseEnd: () => resolve({ status, body: this.room.subarray(0, length) }),
          onResponseError: (_controller, error) => reject(error)
        }
      )
    })
  }

  close() {
    return this.client.destroy()
  }
}

/**
 * A value that a part of all values is not above.
 * @param part 0.5 for the median, 0.99 for the 99th percentile
 */
export function percentile(values: number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

/** The middle of some values. */
export function median(values: number[]): number {
  return percentile(values, 0.5)
}
