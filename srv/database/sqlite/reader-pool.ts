/**
 * Runs queries in processes of their own. They do not hold up the service, few run at the same time, and none runs
 * longer than somebody waits for it.
 */
import type { Pauses } from './pauses.ts'
import type { LogFiles } from './query-connection.ts'
import { readerProcess, type Task } from './reader-process.ts'
import { expectRunnable, whileWanted, type Reading } from '../reading.ts'
import type { DatabaseSettings } from '../../settings/settings.ts'
import { turns } from '../turns.ts'

/** Prepares the reader processes. Each starts when it is first needed. */
export function readerPool(
  log: LogFiles,
  pauses: Pauses,
  { readers, waiting_queries, reader_memory }: DatabaseSettings
) {
  const takeTurn = turns(readers, waiting_queries)
  const processes = new Set<ReturnType<typeof readerProcess>>()

  function idle() {
    for (const each of processes) {
      if (!each.isAlive()) processes.delete(each)
      else if (each.isIdle()) return each
    }
    const started = readerProcess(log, reader_memory)
    processes.add(started)
    return started
  }

  return {
    /**
     * Runs a query, and ends it when nobody waits for it any longer.
     * @throws {RequestError} 503 if nobody waits, if too many queries wait, or if the process ends
     */
    all: (task: Task, reading: Reading): Promise<unknown[]> =>
      whileWanted(reading, async (signal) => {
        const end = await takeTurn(reading.tenant, signal)
        try {
          expectRunnable(reading) // its turn may have come too late
          const rows = await pauses.read(() => idle().run(task, signal))
          await reading.turn?.(signal)
          return rows
        } finally {
          end()
        }
      }),
    /** Ends the processes. */
    close: () => Promise.all([...processes].map((each) => each.end()))
  }
}
