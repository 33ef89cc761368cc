/** How a database service ends. */
import type { Engine } from './engine.ts'

let requestsEnded = () => Promise.resolve()
const closed = new WeakMap<Engine, Promise<void>>()

/** Has the database wait when the service stops: CAP disconnects at once, but requests under way still need it. */
export function closeAfter(ended: () => Promise<void>) {
  requestsEnded = ended
}

/** Closes an engine, once however often this is called. @param disconnect CAP's own */
export async function closeOnce(engine: Engine, disconnect: () => Promise<void>) {
  const close = async () => {
    await requestsEnded()
    await disconnect()
    await engine.close()
  }
  const closing = closed.get(engine) ?? close()
  closed.set(engine, closing)
  await closing
}
