/**
 * Moves the write-ahead log into the file (https://sqlite.org/wal.html#ckpt). SQLite can start the log over only when
 * all of it was moved and nobody reads from it. With many readers that never happens, so beyond a size they have to
 * pause. A thread does this, because the disk is slow.
 */
import { join } from 'node:path'
import type { DatabaseSettings } from '../../settings/settings.ts'
import { repeat, startJob } from '../background.ts'
import type { Checkpointing } from './checkpoint-thread.ts'
import type { LogFile } from './files.ts'

/** How often it checks whether a checkpoint is due, in milliseconds. */
const INTERVAL = 1000

/** How long readers are left alone after a pause in vain, because another process reads, in milliseconds. */
const RESPITE = 60_000

/** Makes checkpoints until the returned function is called. */
export function startCheckpoints(log: LogFile, pauses: Pauses, { wal_limit }: DatabaseSettings) {
  const data: Checkpointing = { ...log, limit: wal_limit }
  const job = startJob(join(import.meta.dirname, 'checkpoint-thread.ts'), data)
  let respiteUntil = 0
  const isStuck = async (isPause: boolean) => (await job.run('checkpoint', isPause)) as boolean
  const checkpoint = async () => {
    if (!(await isStuck(false)) || performance.now() < respiteUntil) return
    await pauses.during(async () => {
      if (await isStuck(true)) respiteUntil = performance.now() + RESPITE
    })
  }
  const failure = 'The write-ahead log could not be moved into the file.'
  const { run, stop } = repeat(failure, checkpoint, INTERVAL)
  void run() // opens the files now, while they are in place
  return async () => {
    await stop()
    await job.close()
  }
}

/** Makes all readers pause for a moment. */
export class Pauses {
  private readers = 0
  private pause: Promise<void> | undefined
  private left = () => {}

  /** Reads, after the current pause if there is one. */
  async read<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.pause) await this.pause
    this.readers++
    try {
      return await work()
    } finally {
      if (!--this.readers) this.left()
    }
  }

  /** Works during a pause: after current readers have finished, and before others begin. One at a time. */
  async during(work: () => Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.pause = promise
    try {
      if (this.readers) await new Promise<void>((left) => (this.left = left))
      await work()
    } finally {
      this.pause = undefined
      resolve()
    }
  }
}
