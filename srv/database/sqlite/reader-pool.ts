/**
 * Runs queries in processes of their own. SQLite cannot be interrupted from JavaScript and blocks its thread. A process
 * can be ended at any time, and takes nothing with it if it runs out of memory. Few run at the same time, and none runs
 * longer than somebody waits for it.
 */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { RequestError, STATUS, type ErrorCode } from '../../errors/errors.ts'
import type { DatabaseSettings } from '../../settings/settings.ts'
import { runInTurn, type Reading } from '../reading.ts'
import { turns } from '../turns.ts'
import type { Pauses } from './checkpoints.ts'
import type { LogFiles } from './query-connection.ts'

/** A query for the process, and its answer: see reader.ts. */
export interface Task {
  sql: string
  values: unknown[]
  /** The context that the query can refer to, such as the user. */
  session: Record<string, unknown>
}
export type Answer = { rows: unknown[] } | { error: { message: string; code?: string; errcode?: number } }

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
    /** Runs a query. @throws {RequestError} 503 as {@link runInTurn}, and if the process ends; SQLite's error */
    all: (task: Task, reading: Reading): Promise<unknown[]> =>
      runInTurn(takeTurn, reading, (signal) => pauses.read(() => idle().run(task, signal))),
    /** Ends the processes. */
    close: () => Promise.all([...processes].map((each) => each.end()))
  }
}

/**
 * How long a query may go on after its client has gone, in milliseconds. Most end by then; a new process takes longer.
 */
const GRACE = 100

const ENDED = 'The process that ran the query was ended: it may need more memory than a query can have.'

/** Starts a process. @param memory its memory limit, in MiB */
function readerProcess(log: LogFiles, memory: number) {
  const child = fork(
    join(import.meta.dirname, 'reader.ts'),
    [JSON.stringify(log), String(memory), String(process.pid)],
    {
      serialization: 'advanced',
      execArgv: [...process.execArgv, `--max-old-space-size=${memory}`]
    }
  )
  const ended = Promise.withResolvers<void>()
  let isAlive = true
  /** Takes the answer to the query under way, or undefined if the process has ended. */
  let settle: ((answer?: Answer) => void) | undefined
  child.on('message', (answer) => settle?.(answer as Answer))
  for (const event of ['exit', 'error'])
    child.on(event, () => {
      isAlive = false
      settle?.()
      ended.resolve()
    })

  /** Ends the process. @returns a promise that is fulfilled when it has ended, and closed the database by that */
  function end(): Promise<void> {
    child.kill('SIGKILL')
    return ended.promise
  }

  /** @param signal when aborted, the process is ended @throws {RequestError} 503 if the process ends; SQLite's error */
  async function run(task: Task, signal: AbortSignal): Promise<unknown[]> {
    signal.throwIfAborted()
    let timer: NodeJS.Timeout | undefined
    const abort = () => (timer = setTimeout(() => void end(), GRACE))
    signal.addEventListener('abort', abort)
    const answer = await new Promise<Answer | undefined>((resolve) => {
      settle = resolve
      child.send(task, () => {}) // if that fails, the process has ended
    })
    settle = undefined
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    if (signal.aborted) throw Object.assign(signal.reason as Error, { cause: task.sql })
    if (!answer) throw new RequestError('serviceUnavailable', ENDED)
    if ('rows' in answer) return answer.rows
    const { code = '', message } = answer.error
    if (Object.hasOwn(STATUS, code)) throw new RequestError(code as ErrorCode, message)
    throw Object.assign(new Error(message), answer.error)
  }

  /** It runs one query at a time. */
  return { run, end, isAlive: () => isAlive, isIdle: () => isAlive && !settle }
}
