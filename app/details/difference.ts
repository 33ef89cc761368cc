/** Where two texts differ. */
interface Difference {
  /** What both begin with. */
  before: string
  removed: string
  added: string
  /** What both end with. */
  after: string
}

/** The shortest kept beginning or end that helps the eye: less is no more than chance. */
const TELLING = 3

/** Characters that cannot be seen, or are part of one that can. */
const UNSEEN = /[\p{C}\p{Z}\p{M}]/gu

/** Whether two different texts look the same, or nearly so. */
export function looksLike(one: string, other: string): boolean {
  return one !== other && seenOf(one) === seenOf(other)
}

/** What people see of a text. */
const seenOf = (text: string) =>
  text
    .normalize('NFC')
    .replaceAll(/\p{C}/gu, '')
    .replaceAll(/\p{Z}+/gu, ' ')
    .trim()

/** A text with all that cannot be seen spelled out: spaces as ␣, and others as ⟨U+200B⟩. */
export function spelled(text: string): string {
  const codeOf = (character: string) => character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
  return text.replaceAll(UNSEEN, (character) => (character === ' ' ? '␣' : `⟨U+${codeOf(character)}⟩`))
}

/** Finds what two texts have in common at their beginnings and ends, in whole characters. */
export function differenceOf(oldText: string, newText: string): Difference {
  const [one, other] = [Array.from(oldText), Array.from(newText)]
  const shorter = Math.min(one.length, other.length)
  let start = 0
  while (start < shorter && one[start] === other[start]) start++
  let end = 0
  while (end < shorter - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++
  if (start < TELLING && start < shorter) start = 0
  if (end < TELLING) end = 0
  return {
    before: one.slice(0, start).join(''),
    removed: one.slice(start, one.length - end).join(''),
    added: other.slice(start, other.length - end).join(''),
    after: one.slice(one.length - end).join('')
  }
}
