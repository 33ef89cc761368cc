/** Statements that the server plans once for each connection, and not for each request: those that come again. */

/** How many are prepared, as connections keep them until they end, and how many others are remembered, as long as they may come again. */
const MOST = 200

export class Prepared {
  private readonly names = new Map<string, string>()
  private readonly seen = new Set<string>()

  /** Gives a statement its name from the second time on, if there are not too many yet. */
  named<Of extends { text: string }>(statement: Of): Of & { name?: string } {
    const { text } = statement
    const name = this.names.get(text) ?? (this.seen.delete(text) ? this.newName(text) : undefined)
    if (name !== undefined) return { ...statement, name }
    if (this.names.size < MOST) this.remember(text)
    return statement
  }

  private newName(text: string) {
    if (this.names.size === MOST) return undefined
    const name = `query_${this.names.size}`
    this.names.set(text, name)
    return name
  }

  private remember(text: string) {
    if (this.seen.size === MOST) this.seen.clear()
    this.seen.add(text)
  }
}
