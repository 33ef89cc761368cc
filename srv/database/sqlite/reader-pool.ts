/**
 * Runs the queries of requests in processes of their own, so that none holds up the service, few run at the same time,
 * and none runs for longer than somebody waits for it.
 */
import type { Pauses } from './pauses.ts'
import { ReaderProcess, type LogFiles, type Task } from './reader-process.ts'
import { expectRunnable, whileWanted, type Reading } from '../reading.ts'
import { Turns } from '../turns.ts'

export interface ReaderSettings {
  /** The queries that run at the same time, each in a process; 0 to run them in that of the service, without limits. */
  readers: number
  /** How much memory each process may take, in MiB. */
  reader_memory: number
  /** The queries that wait for one of them; more are refused. */
  waiting_queries: number
}

/** The processes that read. They start when they are needed first. */
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
   * Runs a query of a request that only reads, which is ended when nobody waits for it any more.
   * @throws {RequestError} 503 if that is so, if too many wait, or if the process ends
   */
  all(task: Task, reading: Reading): Promise<unknown[]> {
    return whileWanted(reading, async (signal) => {
      const end = await this.turns.take(reading.tenant, signal)
      try {
        expectRunnable(reading) // others may have answered meanwhile
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
