/** How a database service ends. */
import type { Engine } from './engine.ts'

/**
 * Closes the database after the requests under way. CAP disconnects as soon as the service is told to stop, when they still
 * need it.
 * @param engine known by then
 * @param disconnect CAP's own
 * @returns a function that does so once, however often it is called
 */
export function closingOnce(engine: () => Engine, disconnect: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined
  const close = async () => {
    await engine().drained()
    await disconnect()
    await engine().close()
  }
  return () => (closed ??= close())
}
