/**
 * Runs queries in processes of their own. They do not hold up the service, few run at the same time, and none runs
 * longer than somebody waits for it.
 */
import type { Pauses } from './pauses.ts'
import type { LogFiles } from './query-connection.ts'
import { ReaderProcess, type Task } from './reader-process.ts'
import { expectRunnable, whileWanted, type Reading } from '../reading.ts'
import { Turns } from '../turns.ts'

export interface ReaderSettings {
  /** The number of reader processes; with 0 queries run in the process of the service, without limits. */
  readers: number
  /** The memory limit of each process, in MiB. */
  reader_memory: number
  /** The most queries that wait for a process; more are refused. */
  waiting_queries: number
}

/** The reader processes. Each starts when it is first needed. */
export class ReaderPool {
  private readonly turns: Turns
  private readonly log: LogFiles
  private readonly pauses: Pauses
  private readonly memory: number
  private readonly processes = new Set<ReaderProcess>()

  constructor(log: LogFiles, pauses: Pauses, { readers, waiting_queries, reader_memory }: ReaderSettings) {
    this.log = log
    this.pauses = pauses
    this.memory = reader_memory
    this.turns = new Turns(readers, waiting_queries)
  }

  /**
   * Runs a query, and ends it when nobody waits for it any longer.
   * @throws {RequestError} 503 if nobody waits, if too many queries wait, or if the process ends
   */
  all(task: Task, reading: Reading): Promise<unknown[]> {
    return whileWanted(reading, async (signal) => {
      const end = await this.turns.take(reading.tenant, signal)
      try {
        expectRunnable(reading) // its turn may have come too late
        return await this.pauses.read(() => this.idle().run(task, signal))
      } finally {
        end()
      }
    })
  }

  /** Ends the processes. */
  close() {
    for (const each of this.processes) each.end()
  }

  private idle() {
    for (const each of this.processes) {
      if (!each.isAlive) this.processes.delete(each)
      else if (each.isIdle) return each
    }
    const started = new ReaderProcess(this.log, this.memory)
    this.processes.add(started)
    return started
  }
}
