/**
 * Moves the write-ahead log into the file (https://sqlite.org/wal.html#ckpt). SQLite can start the log over only when
 * all of it was moved and nobody reads from it. With many readers that never happens, so beyond a size they have to
 * pause. A thread does this, because the disk is slow.
 */
import { join } from 'node:path'
import cds from '@sap/cds'
import { sizeOfLog, type OpenFiles } from './files.ts'
import type { Pauses } from './pauses.ts'
import { startThread, type Thread } from '../thread.ts'

export interface CheckpointSettings {
  /** How often to check whether a checkpoint is due, in milliseconds. */
  checkpoint_interval: number
  /** The size of the log beyond which readers pause, in bytes. */
  wal_limit: number
}

/** How long readers are left alone after a pause in vain, because another process reads, in milliseconds. */
const RESPITE = 60_000

const LOG = cds.log('provisioning')

export class Checkpoints {
  private readonly file: string
  private readonly limit: number
  private readonly pauses: Pauses
  private readonly thread: Thread
  private readonly timer: NodeJS.Timeout
  private pass: Promise<void> | undefined
  private closed: Promise<void> | undefined
  private respiteUntil = 0

  /**
   * Starts making checkpoints.
   * @param file the database file, absolute
   * @param files the files that must be in place
   * @param pauses makes long readers pause
   */
  constructor(file: string, files: OpenFiles, pauses: Pauses, { checkpoint_interval, wal_limit }: CheckpointSettings) {
    this.file = file
    this.limit = wal_limit
    this.pauses = pauses
    this.thread = startThread(join(import.meta.dirname, 'checkpoint-thread.ts'), { file, files, limit: wal_limit })
    this.timer = setInterval(() => this.run(), checkpoint_interval)
    this.run() // opens the files now, while they are in place
  }

  /** Stops making checkpoints. */
  close(): Promise<void> {
    return (this.closed ??= this.end()) // a second signal may call it again
  }

  private async end() {
    clearInterval(this.timer)
    await this.pass
    await this.thread.close()
  }

  private run() {
    this.pass ??= this.checkpoint()
      .catch((error: unknown) => LOG.error('The write-ahead log could not be moved into the file.', error))
      .finally(() => (this.pass = undefined))
  }

  private async checkpoint() {
    await this.thread.run('checkpoint', false)
    if (!this.isLarge() || performance.now() < this.respiteUntil) return
    await this.pauses.during(() => this.thread.run('checkpoint', true))
    if (this.isLarge()) this.respiteUntil = performance.now() + RESPITE
  }

  private isLarge() {
    return sizeOfLog(this.file) > this.limit
  }
}
