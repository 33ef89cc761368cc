/**
 * Trigrams as the search index keeps them. FTS5 takes tokens, and so gets each trigram of a block once: from texts its own
 * tokenizer would make three times as many.
 */

/** A trigram as a token of FTS5's tokenizer `ascii`, which splits texts at all signs of ASCII. */
export const tokenOf = (trigram: string): string =>
  trigram.replace(/[^0-9a-z\u0080-\u{10ffff}]/gu, (sign) => String.fromCharCode(sign.charCodeAt(0) + ASCII))

/** The first code that is not ASCII. What is as far beyond a sign stands for it: that can only lead to further candidates. */
const ASCII = 0x80
const LETTERS = Uint8Array.from({ length: ASCII }, (_, code) => tokenOf(String.fromCharCode(code)).charCodeAt(0))
const [LINE_FEED, SPACE, SURROGATE, LARGEST_UNIT] = [0x0a, 0x20, 0xd800, 0xffff]

/** The places for trigrams of ASCII, a power of 2 of which half are used, and the bytes of a token. */
const PLACES = 2 ** 14
const BYTES = 4

/** The most characters of the tokens of a block: for each token FTS5 takes a hundred bytes of memory, and microseconds. */
const MOST = 2 ** 19

/** The only token of texts that have more, which may be anywhere. It is longer than those of trigrams. */
export const ANYTHING = 'anything'

export class Tokenizer {
  private readonly places = new Int32Array(PLACES)
  private readonly letters = Buffer.alloc((PLACES / 2) * BYTES)
  private end = 0
  private readonly others = new Set<string>()
  private tokens = ''

  /** The trigrams of texts in lower case, without line breaks; those of ASCII once, if there are not very many. */
  tokensOf(texts: string[]): string {
    this.tokens = ''
    this.others.clear()
    for (const text of texts) this.add(text)
    this.flush()
    return this.tokens.length > MOST ? ANYTHING : this.tokens
  }

  private add(text: string) {
    let [first, second] = [LINE_FEED, LINE_FEED]
    for (let index = 0; index < text.length && this.tokens.length <= MOST; index++) {
      let third = text.charCodeAt(index)
      if (third >= SURROGATE && (third = text.codePointAt(index) as number) > LARGEST_UNIT) index++
      if (first !== LINE_FEED && second !== LINE_FEED && third !== LINE_FEED) {
        if ((first | second | third) < ASCII) this.addAscii(first, second, third)
        else this.addOther(String.fromCodePoint(first, second, third))
      }
      first = second
      second = third
    }
  }

  private addAscii(first: number, second: number, third: number) {
    const { places, letters } = this
    const trigram = (first << 14) | (second << 7) | third
    const entry = trigram + 1 // zero stands in places that are empty
    let place = Math.imul(trigram, 0x9e3779b1) >>> 18 // the highest bits of a product are the best
    for (; places[place]; place = (place + 1) & (PLACES - 1)) if (places[place] === entry) return
    places[place] = entry
    letters[this.end] = LETTERS[first] as number
    letters[this.end + 1] = LETTERS[second] as number
    letters[this.end + 2] = LETTERS[third] as number
    letters[this.end + 3] = SPACE
    this.end += BYTES
    if (this.end === letters.length) this.flush()
  }

  private addOther(trigram: string) {
    if (this.others.has(trigram)) return
    this.others.add(trigram)
    this.tokens += `${tokenOf(trigram)} `
  }

  /** Adds the tokens of ASCII to the others, and forgets them. */
  private flush() {
    this.tokens += this.letters.toString('latin1', 0, this.end)
    this.end = 0
    this.places.fill(0)
  }
}
