/** Regular expressions and texts by chance, close to each other. */
import fc from 'fast-check'

/** Characters with several forms or of several bytes, whitespace, control characters, and what patterns escape. */
const CHARACTERS = [
  ...[
    'a',
    'b',
    'k',
    'K',
    '\u212a',
    's',
    'S',
    'ſ',
    'ß',
    'ẞ',
    'i',
    'I',
    'ı',
    'İ',
    'Σ',
    'ς',
    'σ',
    'Ǆ',
    'ǅ',
    'ǆ',
    'é',
    'É'
  ],
  ...['😀', '𐐀', '𐐨', '中', '٣', '\ud7ff', '\ue000', '\u2028', '\u200d', '\u0001', '\t', '\n', '\r', ' '],
  ...['_', '-', '0', '9', '.', '\\', '[', ']', '{', '(', '^', '$', '|', '*']
]
const CLASSES = [
  ...[
    '\\d',
    '\\D',
    '\\w',
    '\\W',
    '\\s',
    '\\S',
    '\\pL',
    '\\PL',
    '\\p{Greek}',
    '\\P{Lu}',
    '[[:alpha:]]',
    '[[:^word:]]',
    '.'
  ],
  ...[
    '[a-k]',
    '[^a]',
    '[^\\n]',
    '[S-ſ]',
    '[\\x{10400}-\\x{1044f}]',
    '[\\]\\-^]',
    '[^\\x00-\\x{10ffff}]',
    '\\x00',
    '[\\x00-a]'
  ]
]
const ANCHORS = ['^', '$', '\\A', '\\z', '\\b', '\\B', '']
const REPETITIONS = ['*', '+', '?', '{2}', '{0,2}', '{1,3}', '{2,}', '*?', '+?', '{0}']
const FLAGS = ['i', 's', 'm', 'im', 'U', '-s', 'ms-i']

const character = fc.constantFrom(...CHARACTERS)
const { any } = fc.letrec<{ any: string }>((tie) => {
  const each = tie('any')
  return {
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      character.map((text) => text.replace(/[!-/:-@[-^`{-~]/, '\\$&')),
      fc.constantFrom(...CLASSES),
      fc.constantFrom(...ANCHORS),
      fc.tuple(each, each).map(([one, other]) => one + other),
      fc.tuple(each, each).map(([one, other]) => `(${one}|${other})`),
      fc.tuple(each, fc.constantFrom(...REPETITIONS)).map(([inner, repetition]) => `(?:${inner})${repetition}`),
      fc.tuple(fc.constantFrom(...FLAGS), each).map(([flags, inner]) => `(?${flags}:${inner})`)
    )
  }
})

export const pattern = fc.tuple(fc.constantFrom('', '(?i)', '(?ms)'), any).map((parts) => parts.join(''))
export const text = fc.array(character, { maxLength: 8 }).map((characters) => characters.join(''))
