/** A map with a limit, which drops the least recently used entries. */
export class RecentlyUsed<Entry> {
  /** The least recently used entry comes first. */
  private readonly entries = new Map<string, { entry: Entry; size: number }>()
  private readonly limit: number
  private size = 0

  /** @param limit the size of all entries together, in the unit of {@link set} */
  constructor(limit: number) {
    this.limit = limit
  }

  get(key: string): Entry | undefined {
    const found = this.entries.get(key)
    if (!found) return undefined
    this.entries.delete(key)
    this.entries.set(key, found)
    return found.entry
  }

  /** Finds an entry without using it. */
  peek(key: string): Entry | undefined {
    return this.entries.get(key)?.entry
  }

  set(key: string, entry: Entry, size = 1) {
    this.delete(key)
    this.entries.set(key, { entry, size })
    this.size += size
    for (const oldest of this.entries.keys()) {
      if (this.size <= this.limit) break
      this.delete(oldest)
    }
  }

  clear() {
    this.entries.clear()
    this.size = 0
  }

  private delete(key: string) {
    this.size -= this.entries.get(key)?.size ?? 0
    this.entries.delete(key)
  }
}
