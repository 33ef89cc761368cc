/**
 * Regular expressions of clients, for `matchesPattern`. RE2 takes time in proportion to the text, whatever the pattern;
 * JavaScript's own engine could run for hours on `(a+)+$`. RE2 also takes time in proportion to the size of the
 * pattern, in which a repetition counts as often as it repeats: `(a{10}){10}` has a hundred parts.
 */
import { RE2JS } from 're2js'
import { RecentlyUsed } from './recently-used.ts'

/** The most characters of a pattern, and the most parts of all patterns in a query option. */
const LONGEST = 500
const MOST_PARTS = 1000

/** The regular expressions of a query option so far. */
export interface Patterns {
  /** How many parts they have together, with all repetitions. */
  parts: number
}

/** One query tests its patterns, one after the other, against many texts. To compile one takes longer than most tests. */
const compiled = new RecentlyUsed<RE2JS>(2 * MOST_PARTS)

/**
 * Tests whether a text has a match of a pattern.
 * @throws {Error} if the pattern is not a regular expression, or has back references, which RE2 does not support
 */
export function matchesPattern(source: string, text: string): boolean {
  let pattern = compiled.get(source)
  if (!pattern) compiled.set(source, (pattern = RE2JS.compile(source)), partsOf(source) + 1)
  return pattern.matcher(text).find()
}

/**
 * Says why a pattern is refused, before it is compiled.
 * @param patterns the patterns of the query option, to which this one is added
 * @returns the problem in a sentence, or undefined
 */
export function problemOfPattern(source: string, patterns: Patterns): string | undefined {
  if (source.length > LONGEST) return `A pattern must have at most ${LONGEST} characters`
  patterns.parts += partsOf(source)
  if (patterns.parts > MOST_PARTS) return `Patterns must have at most ${MOST_PARTS} parts with all their repetitions`
  try {
    matchesPattern(source, '')
    return undefined
  } catch {
    return 'This is not a regular expression'
  }
}

/** Escapes, classes, counted repetitions, and all other characters. */
const PARTS = /\\[pPx]\{[^}]*\}|\\.|\[\^?[^\]]*\]|\{(\d+)(?:,(\d*))?\}|[^]/gsu

/** An upper bound for the parts of a pattern, with all repetitions. The text need not be a regular expression. */
function partsOf(source: string): number {
  const outer: number[] = []
  let size = 0 // of the group so far
  let part = 0 // of what a repetition is about
  for (const [text, least, most] of source.matchAll(PARTS)) {
    if (least !== undefined) {
      const more = part * (Math.max(Number(least), Number(most || 0), 1) - 1)
      size += more
      part += more
      continue
    }
    if (/^[*+?]$/.test(text)) continue
    part = 1
    if (text === '(') {
      outer.push(size)
      size = 0
    } else if (text === ')') {
      part = size + 1 // all of it, where no group begins
      size = part + (outer.pop() ?? 0)
    } else size++
  }
  return size + outer.reduce((sum, each) => sum + each, 0)
}
