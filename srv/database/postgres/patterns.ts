/**
 * Regular expressions of RE2 as those of PostgreSQL, for whether a text has a match. The tree that RE2 parses has all
 * of their meaning: what is rendered depends on no flags, no locale and no version of Unicode, since classes are ranges
 * of characters. Without back references PostgreSQL runs an automaton, as RE2 does, and need not go back in the text.
 * What its preparation may take, PostgreSQL limits, and the time of the query.
 * (https://www.postgresql.org/docs/current/functions-matching.html#POSIX-SYNTAX-DETAILS)
 */
import { RE2Set } from 're2js'

/** A node of the tree that RE2 parses: its types do not tell. Repetitions with numbers are written out in it. */
interface Node {
  readonly op: number
  readonly flags: number
  readonly subs: Node[]
  /** The characters of a literal, or the first and the last one of each range of a class. */
  readonly runes: Iterable<number>
  readonly constructor: { Op: Record<string, number> }
}

const FOLD_CASE = 1

/** Lines begin after newlines, and end before them; everything else is as by default. */
const LINES = '(?w)'

/** No text has this: half of a character. */
const NOTHING = '\\uD800'

/** The anchors, and what has no parts. In RE2 and with the collation "C" words consist of the same ASCII characters. */
const WORDS: Record<string, string> = {
  NO_MATCH: NOTHING,
  EMPTY_MATCH: '(?:)',
  ANY_CHAR_NOT_NL: '[^\\n]',
  ANY_CHAR: '.',
  BEGIN_LINE: '^',
  END_LINE: '$',
  BEGIN_TEXT: '\\A',
  END_TEXT: '\\Z',
  WORD_BOUNDARY: '\\y',
  NO_WORD_BOUNDARY: '\\Y'
}

const REPETITIONS: Record<string, string> = { STAR: '*', PLUS: '+', QUEST: '?' }

/** Translates a pattern that RE2 knows. @returns a regular expression for the operator `~` with the collation "C" */
export const translated = (pattern: string) => LINES + expression(parsed(pattern))

function parsed(pattern: string): Node {
  const set = new RE2Set()
  set.add(pattern)
  return (set.regexps as [Node])[0]
}

function expression(node: Node): string {
  const { subs, runes } = node
  const name = nameOf(node)
  const word = WORDS[name]
  if (word) return word
  if (name === 'LITERAL') return Array.from(runes, node.flags & FOLD_CASE ? inAnyCase : character).join('')
  if (name === 'CHAR_CLASS') return oneOf([...runes])
  if (name === 'CONCAT') return concatenated(subs)
  if (name === 'ALTERNATE') return `(?:${subs.map(expression).join('|')})`
  const inner = subs.map(expression).join('')
  if (name === 'CAPTURE') return inner
  const repetition = REPETITIONS[name]
  if (!repetition) throw new Error(`There is no translation of ${name} in regular expressions.`)
  return `(?:${inner})${repetition}`
}

/** What repeats is the same node again. PostgreSQL copies the automaton of a repetition instead of parsing it again. */
function concatenated(nodes: Node[]): string {
  let text = ''
  for (let start = 0, end = 0; start < nodes.length; start = end) {
    while (nodes[end] === nodes[start] && end - start < MOST_REPEATED) end++
    const each = expression(nodes[start] as Node)
    text += end - start > 1 ? `(?:${each}){${end - start}}` : each
  }
  return text
}

const MOST_REPEATED = 255

function nameOf({ op, constructor: { Op } }: Node) {
  return Object.entries(Op).find(([name, number]) => number === op && !/^\d/.test(name))?.[0] ?? ''
}

/** A character and all that differ from it in case only, as RE2 folds classes. U+0000 keeps it from being a literal. */
const inAnyCase = (rune: number) => oneOf([...parsed(`(?i)[\\x00\\x{${rune.toString(16)}}]`).runes])

/** Any character of some ranges. No text has U+0000. */
function oneOf(ranges: number[]): string {
  let text = ''
  for (let index = 0; index < ranges.length; index += 2) {
    const [first, last] = [Math.max(ranges[index] as number, 1), ranges[index + 1] as number]
    if (first < last) text += `${character(first)}-${character(last)}`
    else if (first === last) text += character(first)
  }
  return text ? `[${text}]` : NOTHING
}

function character(rune: number): string {
  if (!rune) return NOTHING
  if (rune >= 0xd800 && rune <= 0xdfff) return `\\u${rune.toString(16)}`
  const text = String.fromCodePoint(rune)
  return /[!-/:-@[-`{-~]/.test(text) ? `\\${text}` : text
}
