/** Statements that the server plans once for each connection, and not for each request: those that come again. */
import { RecentlyUsed } from '../../values/recently-used.ts'

/**
 * How many are prepared at the same time. Each connection keeps their plans, of some 8 KB for each month that there are
 * events of: 1 MB where there are ten years of them.
 */
const MOST = 50

/**
 * What fails for some values. The server computes what is constant as it plans, which may fail, and leaves out what is
 * null then, or decided. So it plans these each time: a plan for any values would have other failures than one for some.
 */
const MAY_FAIL = /\bodata_(?:divided|remainder|substring|joined|bounded)\(|[-+*] odata_whole\(/

/** How many others are remembered, as long as they may come again. */
const REMEMBERED = 200

export class Prepared {
  /** The names by texts. */
  private readonly names = new RecentlyUsed<string>(MOST)
  private readonly seen = new Set<string>()
  private count = 0

  /** Names a statement from the second time on, unless it may fail. The one that was not used for the longest time loses its name. */
  named<Of extends { text: string }>(statement: Of): Of & { name?: string } {
    const { text } = statement
    if (MAY_FAIL.test(text)) return statement
    const name = this.names.get(text) ?? (this.seen.delete(text) ? `query_${++this.count}` : undefined)
    if (name === undefined) {
      if (this.seen.size === REMEMBERED) this.seen.clear()
      this.seen.add(text)
      return statement
    }
    this.names.set(text, name)
    return { ...statement, name }
  }

  /** The names of what a connection need not keep. @param prepared texts by names, from which these are removed */
  forgotten(prepared: Record<string, string>): string[] {
    const names = Object.keys(prepared).filter((name) => this.names.peek(prepared[name] as string) !== name)
    for (const name of names) delete prepared[name]
    return names
  }
}
