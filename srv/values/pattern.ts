/**
 * Regular expressions of clients, for `matchesPattern`. RE2 takes time in proportion to the text whatever the pattern;
 * with JavaScript's own, a pattern such as `(a+)+$` could hold the process for hours. It takes time in proportion to the
 * size of the pattern, too, in which each repetition counts that often: `(a{10}){10}` has a hundred parts.
 */
import { RE2JS } from 're2js'

/** How many characters a pattern may have, and how many parts those of a query option may have together. */
const LONGEST = 500
const MOST_PARTS = 1000

/** The regular expressions of a query option, as far as they are known. */
export interface Patterns {
  /** How many parts they have come to, with all repetitions. */
  parts: number
}

/** One query tests one pattern against many texts. */
let last: { source: string; pattern: RE2JS } | undefined

/**
 * Tests whether a text has a match of a pattern.
 * @throws {Error} if the pattern is not a regular expression, or has references back, which RE2 does not know
 */
export function matchesPattern(source: string, text: string): boolean {
  if (last?.source !== source) last = { source, pattern: RE2JS.compile(source) }
  return last.pattern.matcher(text).find()
}

/**
 * Finds out why a pattern is refused, before it takes time.
 * @param patterns those of the query option, to which it is added
 * @returns what is wrong with it, or undefined if it is taken
 */
export function problemOfPattern(source: string, patterns: Patterns): string | undefined {
  patterns.parts += partsOf(source)
  if (source.length > LONGEST) return `A pattern must have at most ${LONGEST} characters`
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

/** How many parts a pattern has with all its repetitions, or more. It need not be a regular expression. */
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
