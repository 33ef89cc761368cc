/** Reads the items of batches one by one. */
export class Cursor<Item> {
  private readonly batches: AsyncIterator<Item[]>
  private batch: Item[] = []
  private index = 0

  constructor(batches: AsyncIterable<Item[]>) {
    this.batches = batches[Symbol.asyncIterator]()
  }

  /** @returns the next item, or undefined after the last one */
  async next(): Promise<Item | undefined> {
    while (this.index === this.batch.length) {
      const step = await this.batches.next()
      if (step.done) return undefined
      this.batch = step.value
      this.index = 0
    }
    return this.batch[this.index++]
  }
}
