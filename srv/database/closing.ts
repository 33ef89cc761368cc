/** How a database service ends. */
import type { Engine } from './engine.ts'

let requestsEnded = () => Promise.resolve()

/** Has the database wait when the service stops: CAP disconnects at once, but requests under way still need it. */
export function closeAfter(ended: () => Promise<void>) {
  requestsEnded = ended
}

/**
 * Makes the function that disconnects a database service, once however often it is called.
 * @param engine known by then
 * @param disconnect CAP's own
 */
export function closingOnce(engine: () => Engine, disconnect: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined
  const close = async () => {
    await requestsEnded()
    await disconnect()
    await engine().close()
  }
  return () => (closed ??= close())
}
