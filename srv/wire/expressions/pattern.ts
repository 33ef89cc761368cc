/**
 * Regular expressions of clients, for `matchesPattern`. RE2 takes time in proportion to the text whatever the pattern;
 * with JavaScript's own, a pattern such as `(a+)+$` could hold the process for hours.
 */
import { RE2JS } from 're2js'

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
