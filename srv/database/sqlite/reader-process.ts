/**
 * A reader process, as the service sees it. SQLite cannot be interrupted from JavaScript and blocks its thread. A
 * process can be ended at any time, and takes nothing with it if it runs out of memory.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { LogFiles } from './query-connection.ts'
import { RequestError, STATUS, type ErrorCode } from '../../errors/errors.ts'

/** A query for the process, and its answer: see reader.ts. */
export interface Task {
  sql: string
  values: unknown[]
  /** The context that the query can refer to, such as the user. */
  session: Record<string, unknown>
}
export type Answer = { rows: unknown[] } | { error: { message: string; code?: string; errcode?: number } }

/**
 * How long a query may go on after its client has gone, in milliseconds. Most end by then; a new process takes longer.
 */
const GRACE = 100

const ENDED = 'The process that ran the query was ended: it may need more memory than a query can have.'

export class ReaderProcess {
  private readonly child: ChildProcess
  /** Takes the answer to the query under way, or undefined if the process has ended. */
  private settle: ((answer?: Answer) => void) | undefined
  private readonly ended = Promise.withResolvers<void>()
  isAlive = true

  /** @param memory the memory limit of the process, in MiB */
  constructor(log: LogFiles, memory: number) {
    this.child = fork(join(import.meta.dirname, 'reader.ts'), [JSON.stringify(log), String(memory)], {
      serialization: 'advanced',
      execArgv: [...process.execArgv, `--max-old-space-size=${memory}`]
    })
    this.child.on('message', (answer) => this.settle?.(answer as Answer))
    for (const event of ['exit', 'error'])
      this.child.on(event, () => {
        this.isAlive = false
        this.settle?.()
        this.ended.resolve()
      })
  }

  /** Whether it can take a query; it runs one at a time. */
  get isIdle() {
    return this.isAlive && !this.settle
  }

  /**
   * Runs a query.
   * @param signal aborted when nobody waits any longer; then the process is ended
   * @throws {RequestError} 503 if the process ends; the reason of the signal; SQLite's error
   */
  async run(task: Task, signal: AbortSignal): Promise<unknown[]> {
    signal.throwIfAborted()
    let timer: NodeJS.Timeout | undefined
    const abort = () => (timer = setTimeout(() => void this.end(), GRACE))
    signal.addEventListener('abort', abort)
    const answer = await new Promise<Answer | undefined>((settle) => {
      this.settle = settle
      this.child.send(task, () => {}) // if that fails, the process has ended
    })
    this.settle = undefined
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    if (signal.aborted) throw Object.assign(signal.reason as Error, { cause: task.sql })
    if (!answer) throw new RequestError('serviceUnavailable', ENDED)
    if ('rows' in answer) return answer.rows
    const { code = '', message } = answer.error
    if (Object.hasOwn(STATUS, code)) throw new RequestError(code as ErrorCode, message)
    throw Object.assign(new Error(message), answer.error)
  }

  /** Ends the process. @returns a promise that is fulfilled when it has ended, and closed the database by that */
  end(): Promise<void> {
    this.child.kill('SIGKILL')
    return this.ended.promise
  }
}
