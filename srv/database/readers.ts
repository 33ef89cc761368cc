/**
 * Runs the queries of requests in processes of their own, so that none holds up the service, few run at the same time,
 * and none runs for longer than the time limit.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { join } from 'node:path'
import workerpool from 'workerpool'
import { RequestError } from '../wire/errors.ts'
import type { Statement } from '../wire/plans.ts'
import type { OpenFiles } from './files.ts'

export interface ReaderSettings {
  /** The queries that run at the same time, each in a process; 0 to run them in that of the service, without limits. */
  readers: number
  /** The queries that wait for one of them; more are refused. */
  waiting_queries: number
  /** How long a query may run, in milliseconds. */
  query_timeout: number
}

type Seen = (statement: Statement) => void
const reading = new AsyncLocalStorage<Seen>()

/**
 * Does what needs no transaction, as it only reads: its queries may be run by other processes.
 * @param seen is told of the statements that are run
 */
export const readOnly = <Result>(work: () => Result, seen: Seen = () => {}): Result => reading.run(seen, work)

/** Whether the code that runs now is that of {@link readOnly}. */
export const isReadOnly = () => reading.getStore() !== undefined

/** Tells {@link readOnly} of a statement. */
export const noteStatement: Seen = (statement) => reading.getStore()?.(statement)

/** The processes that read. They start when they are needed first. */
export class Readers {
  private readonly pool: workerpool.Pool
  private readonly settings: ReaderSettings

  /**
   * @param file the database file, absolute
   * @param files those that have to be in place when it is opened
   */
  constructor(file: string, files: OpenFiles, settings: ReaderSettings) {
    this.settings = settings
    this.pool = workerpool.pool(join(import.meta.dirname, 'reader.ts'), {
      workerType: 'process',
      maxWorkers: settings.readers,
      maxQueueSize: settings.waiting_queries,
      workerTerminateTimeout: 100, // ms until a process is ended that does not end itself
      forkArgs: [file, JSON.stringify(files)],
      forkOpts: { serialization: 'advanced' }
    })
  }

  /**
   * Runs a query.
   * @throws {RequestError} 503 if it takes longer than the limit, or if too many wait
   */
  async all(sql: string, values: unknown[], session: object): Promise<unknown[]> {
    if (this.pool.stats().pendingTasks >= this.settings.waiting_queries)
      throw new RequestError('serviceUnavailable', 'The service has more queries than it can run.')
    try {
      const rows: unknown = await this.pool.exec('all', [sql, values, session]).timeout(this.settings.query_timeout)
      return rows as unknown[]
    } catch (error) {
      if (!(error instanceof workerpool.Promise.TimeoutError)) throw error
      const seconds = this.settings.query_timeout / 1000
      const message = `The query took longer than ${seconds} seconds. A smaller part of the log may be found in time.`
      throw Object.assign(new RequestError('serviceUnavailable', message), { cause: sql })
    }
  }

  /** Ends the processes. */
  async close() {
    await this.pool.terminate(true)
  }
}
