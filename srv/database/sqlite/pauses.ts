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
