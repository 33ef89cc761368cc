/** A part of a row of buckets, as it is chosen. */

/** Buckets from one to another; both are in it, and either may be the first. */
export interface Part {
  anchor: number
  focus: number
}

/** The first and the last bucket of a part. */
export const edgesOf = ({ anchor, focus }: Part) => [Math.min(anchor, focus), Math.max(anchor, focus)] as const

/**
 * Which part a key chooses: arrows, Home and End move, and with Shift they extend it.
 * @param part the one before, if there is any
 * @param count how many buckets there are
 * @returns undefined for other keys
 */
export function movedBy(key: string, isExtending: boolean, part: Part | undefined, count: number): Part | undefined {
  const last = count - 1
  const places: Record<string, number> = {
    ArrowLeft: part ? Math.max(part.focus - 1, 0) : last,
    ArrowRight: part ? Math.min(part.focus + 1, last) : 0,
    Home: 0,
    End: last
  }
  const focus = Object.hasOwn(places, key) ? places[key] : undefined
  return focus === undefined ? undefined : { anchor: isExtending && part ? part.anchor : focus, focus }
}
