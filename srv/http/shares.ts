/** What is under way, and whose it is. No tenant, and no client, may have all that there is for all. */

/** The part of it that one of them may have. */
const PART = 0.75

export class Shares {
  private readonly amounts = new Map<string, number>()
  private total = 0

  of(owner: string): number {
    return this.amounts.get(owner) ?? 0
  }

  /** @param amount less than 0 for what is no longer under way */
  add(owner: string, amount: number) {
    this.total += amount
    const all = this.of(owner) + amount
    if (all > 0) this.amounts.set(owner, all)
    else this.amounts.delete(owner)
  }

  /**
   * Whether an owner may have more.
   * @param owner empty where there are no owners, as there are no tenants in development
   * @param most of all owners together
   */
  hasRoom(owner: string, amount: number, most: number): boolean {
    const isShared = owner === '' || this.of(owner) + amount <= Math.ceil(most * PART)
    return isShared && this.total + amount <= most
  }
}
