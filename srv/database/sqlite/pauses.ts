/** Has all who read pause for a moment. */
export class Pauses {
  private readers = 0
  private pause: Promise<void> | undefined
  private left = () => {}

  /** Reads, after a pause that is under way. */
  async read<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.pause) await this.pause
    this.readers++
    try {
      return await work()
    } finally {
      if (!--this.readers) this.left()
    }
  }

  /** Does something in a pause: when those who read now have finished, and before others begin. One at a time does so. */
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
