/**
 * A process that runs queries, as the service sees it. SQLite cannot be interrupted from JavaScript, and holds the thread
 * that it runs on; a process can be ended whatever it does, and takes nothing along if it needs too much memory.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { OpenFiles } from './files.ts'
import { RequestError, STATUS, type ErrorCode } from '../../errors/errors.ts'

/** The log that is read. */
export interface LogFiles {
  /** The database file, absolute. */
  file: string
  /** The files that have to be in place when it is opened. */
  files: OpenFiles
  /** How many bytes the rows of a result may have together. */
  resultBytes: number
}

/** What the process is asked, and what it answers: see reader.ts. */
export interface Task {
  sql: string
  values: unknown[]
  /** What the query may ask of its context, such as the user. */
  session: Record<string, unknown>
}
export type Answer = { rows: unknown[] } | { error: { message: string; code?: string; errcode?: number } }

type Outcome = Answer | 'ended'

/** How long a query may go on whose client has gone, in milliseconds: most are done by then, and a start takes longer. */
const GRACE = 100

const ENDED = 'The process that ran the query was ended: it may need more memory than a query can have.'

export class ReaderProcess {
  private readonly child: ChildProcess
  private settle: ((outcome: Outcome) => void) | undefined
  isAlive = true

  /** @param memory how much the process may take, in MiB */
  constructor(log: LogFiles, memory: number) {
    this.child = fork(join(import.meta.dirname, 'reader.ts'), [JSON.stringify(log), String(memory)], {
      serialization: 'advanced',
      execArgv: [...process.execArgv, `--max-old-space-size=${memory}`]
    })
    this.child.on('message', (answer) => this.settle?.(answer as Answer))
    for (const event of ['exit', 'error'])
      this.child.on(event, () => {
        this.isAlive = false
        this.settle?.('ended')
      })
  }

  /** Whether it takes a query: one at a time. */
  get isIdle() {
    return this.isAlive && !this.settle
  }

  /**
   * Runs a query.
   * @param signal tells that its result is not wanted any more; the process is ended then
   * @throws {RequestError} 503 if the process ends, the reason of the signal, and what SQLite says
   */
  async run(task: Task, signal: AbortSignal): Promise<unknown[]> {
    const outcome = await this.ask(task, signal)
    if (signal.aborted) throw Object.assign(signal.reason as Error, { cause: task.sql })
    if (outcome === 'ended') throw new RequestError('serviceUnavailable', ENDED)
    if ('rows' in outcome) return outcome.rows
    const { code = '', message } = outcome.error
    if (Object.hasOwn(STATUS, code)) throw new RequestError(code as ErrorCode, message)
    throw Object.assign(new Error(message), outcome.error)
  }

  private ask(task: Task, signal: AbortSignal) {
    signal.throwIfAborted()
    return new Promise<Outcome>((settle) => {
      let timer: NodeJS.Timeout
      const abort = () => (timer = setTimeout(() => this.end(), GRACE))
      signal.addEventListener('abort', abort)
      this.settle = (outcome) => {
        this.settle = undefined
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        settle(outcome)
      }
      this.child.send(task, () => {}) // if that fails, the process has ended
    })
  }

  end() {
    this.child.kill('SIGKILL')
  }
}
