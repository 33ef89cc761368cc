/** What verification finds: differences between the log and what the service made of it. */

/** A difference. */
export interface Finding {
  /** The arrival of the first event that it is about, or one of the constants below. */
  sequence: number
  /** One sentence that names what differs. */
  message: string
}

/** In the place of an arrival: before all events. */
export const FIRST = -Infinity
/** After all events. */
export const LAST = Infinity

/** How many differences are told. Whoever altered a large log may have left millions. */
const TOLD = 10

/** Counts differences, and keeps the first ones. */
export class Findings {
  /** How many there are. */
  count = 0
  /** Those that are told, in the order in which the events came in. */
  readonly first: Finding[] = []

  note(sequence: number, message: string) {
    this.count++
    const later = this.first.findIndex((each) => each.sequence > sequence)
    this.first.splice(later < 0 ? this.first.length : later, 0, { sequence, message })
    this.first.length = Math.min(this.first.length, TOLD)
  }
}

/** How an event is called in sentences. */
export function named({ id, tenant, sequence }: { id: string; tenant?: string | undefined; sequence: number }) {
  return `'${id}'${tenant === undefined ? '' : ` of tenant '${tenant}'`} (arrival ${sequence})`
}

/** What is wrong with text that is not UTF-8: the end of a sentence, or undefined if there is no such column. */
export function encodingFault(brokenColumn: string | undefined) {
  return brokenColumn && `was altered: its column '${brokenColumn}' is not UTF-8`
}
