/**
 * Reproducible random numbers with random access: the numbers of any event without those of its predecessors. Faker's
 * Mersenne Twister does not fit, as seeding it takes longer than generating a whole event.
 */

/** The subjects of random numbers; each has a sequence of its own. */
const SUBJECTS = { event: 1, change: 2, cycle: 3, job: 4, person: 5, position: 6, system: 7, target: 8 } as const

type Subject = keyof typeof SUBJECTS

/** Returns the next number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number

/**
 * Creates the generator (mulberry32) for one of many things of a kind, such as an event.
 * @param number which one, a 32-bit integer
 */
export function random(seed: number, subject: Subject, number: number): Random {
  let state = hash(seed, SUBJECTS[subject], number)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Picks one of some values. */
export function pick<Value>(values: readonly Value[], next: Random): Value {
  return values[Math.floor(next() * values.length)] as Value
}

/** Returns the UUID of one of many things of a kind; it is unique for a seed and subject. */
export function uuid(seed: number, subject: Subject, number: number): string {
  const word = (place: number) => hash(seed, SUBJECTS[subject] + 100 * place, number) >>> 0
  const first = digits(word(1))
  const second = digits(word(2))
  const third = digits((word(3) & 0x3fffffff) | 0x80000000) // the variant of RFC 9562, as the 4 is its version
  return `${first}-${second.slice(0, 4)}-4${second.slice(5)}-${third.slice(0, 4)}-${third.slice(4)}${digits(word(4))}`
}

function digits(word: number) {
  return (word >>> 0).toString(16).padStart(8, '0')
}

/** Hashes integers; for a fixed seed and subject it is injective. */
function hash(seed: number, subject: number, number: number) {
  return mix(mix(mix(seed) + subject) ^ number)
}

/** The finalizer of MurmurHash3: a bijection in which each bit of the result depends on all bits. */
function mix(value: number) {
  let bits = (value + 0x9e3779b9) | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
