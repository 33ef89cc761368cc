/**
 * Quick tests for texts that contain a term in any case. SQLite's LIKE knows the case of ASCII letters only, but it
 * needs no JavaScript, where each text takes time, and memory until the statement ends. So only texts that LIKE is not
 * sure of are converted to lower case.
 */

/** The functions that make patterns of LIKE for a term: see {@link textPattern} and {@link surePattern}. */
export const TEXT_PATTERN = 'text_pattern'
export const SURE_PATTERN = 'sure_pattern'

/** Limits how long LIKE takes, which is the product of the lengths of pattern and text at worst. */
const LONGEST = 32

/** What may look different in a text or in JSON: all but ASCII, wildcards, and what JSON escapes or may escape. */
const UNSAFE = /[^ -~]|["\\/%_]/

/** The letters that other letters become in lower case, too: the Kelvin sign and İ. */
const AMBIGUOUS = /[ik]/gi

/** A pattern that matches at least each text whose lower case contains a term, and each JSON text with such a text. */
export function textPattern(term: string): string {
  let longest = ''
  for (const run of term.split(UNSAFE)) if (run.length > longest.length) longest = run
  return longest ? `%${longest.slice(0, LONGEST).replaceAll(AMBIGUOUS, '_')}%` : '%'
}

/** A pattern that matches only texts whose lower case contains a term, if not all of them; null if there is none. */
export function surePattern(term: string): string | null {
  return term.length <= LONGEST && /^[ -~]+$/.test(term) && !/[A-Z%_]/.test(term) ? `%${term}%` : null
}
