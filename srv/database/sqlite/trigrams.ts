/** Terms as the search index finds them: by the sequences of three characters that a text must have to contain them. */

/** The most trigrams of terms that are considered. */
const MOST = 256

/**
 * What is not looked for: the forms of sigma, whose lower case depends on what follows it, what texts in JavaScript and
 * in SQLite may have differently, and line breaks, at which texts are indexed apart.
 */
const UNSAFE = /[Σσς\0\n\ufffd]|\p{Surrogate}/u

/** The trigrams that a text with all terms has in lower case; none for short terms. @param most about how many */
export function trigramsOf(terms: string[], most = MOST): string[] {
  const each = Math.ceil(most / terms.length)
  return [...new Set(terms.flatMap((term) => spread([...trigramsIn(term.toLowerCase())], each)))]
}

function* trigramsIn(text: string) {
  for (const run of text.split(UNSAFE)) {
    const characters = Array.from(run)
    for (let end = 3; end <= characters.length; end++) yield characters.slice(end - 3, end).join('')
  }
}

/** Some of the items, from all parts of the list. */
function spread<Item>(items: Item[], most: number): Item[] {
  const step = Math.max(1, items.length / most)
  return items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
}

/** From how many candidates without the terms on it takes another trigram, and the least and most that it takes. */
const WRONG = 0.001
const [LEAST, LOOKED_FOR] = [4, 16]
/** A trigram that more than this part of all blocks have must exclude a candidate for so many blocks that have it. */
const COMMON = 0.5
const WORTH = 2000

/**
 * Chooses trigrams that few blocks have: it takes long to look for frequent ones.
 * @param partOf the part of all blocks that have a trigram
 */
export function rarest(trigrams: string[], partOf: (trigram: string) => number, blocks: number): string[] {
  let wrong = blocks // as if it were chance that a block has them
  const chosen = byFrequency(trigrams, partOf).filter(([part], index) => {
    const isWorthIt = part <= COMMON || wrong * (1 - part) * WORTH > part * blocks
    const isNeeded = !index || (isWorthIt && (index < LEAST || (wrong > WRONG && index < LOOKED_FOR)))
    wrong *= part
    return isNeeded
  })
  return chosen.map(([, trigram]) => trigram)
}

/**
 * As many trigrams as are looked for at most. They leave fewer candidates where {@link rarest} leaves many, as blocks do
 * not have trigrams by chance: those of a name and of a common word stand together in other names.
 */
export const mostOf = (trigrams: string[], partOf: (trigram: string) => number): string[] =>
  byFrequency(trigrams, partOf)
    .slice(0, LOOKED_FOR)
    .map(([, trigram]) => trigram)

const byFrequency = (trigrams: string[], partOf: (trigram: string) => number) =>
  trigrams.map((each) => [partOf(each), each] as const).sort(([a], [b]) => a - b)

/** The query of FTS5 for texts that have all of some trigrams (https://sqlite.org/fts5.html#full_text_query_syntax). */
export const matchAll = (trigrams: string[]) => trigrams.map((each) => `"${each.replaceAll('"', '""')}"`).join(' ')
