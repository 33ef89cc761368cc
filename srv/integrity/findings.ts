/** What verification finds: differences between the log and what the service wrote. */

interface Finding {
  /** The arrival of the first event that it is about, or one of the constants below. */
  sequence: number
  /** One sentence that names what differs. */
  message: string
}

/** Instead of an arrival: before all events. */
export const FIRST = -Infinity
/** After all events. */
export const LAST = Infinity

/** How many differences are reported. A large log that was altered may have millions. */
const TOLD = 10

/** Counts differences and keeps the first ones. */
export class Findings {
  count = 0
  /** Those that are reported, in order of arrival. */
  readonly first: Finding[] = []

  note(sequence: number, message: string) {
    this.count++
    const later = this.first.findIndex((each) => each.sequence > sequence)
    this.first.splice(later < 0 ? this.first.length : later, 0, { sequence, message })
    this.first.length = Math.min(this.first.length, TOLD)
  }
}

/** Names an event in a sentence. */
export function named({ id, tenant, sequence }: { id: string; tenant?: string | undefined; sequence: number }) {
  return `'${id}'${tenant === undefined ? '' : ` of tenant '${tenant}'`} (arrival ${sequence})`
}

/** Describes a column that is not UTF-8: the end of a sentence, or undefined if there is none. */
export function encodingFault(brokenColumn: string | undefined) {
  return brokenColumn && `was altered: its column '${brokenColumn}' is not UTF-8`
}
