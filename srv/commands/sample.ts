/** The option `--sample N` of `npm start`. */

export const OPTION = '--sample'

/** The most events of a sample: `npm run generate` takes more. */
const MOST = 1_000_000

/**
 * Takes the option out of the arguments.
 * @returns how many events the sample has, if there is to be one, and the other arguments
 * @throws {Error} if the number is missing or wrong
 */
export function sampleIn(args: string[]): { count?: number; others: string[] } {
  const at = args.findIndex((each) => each.split('=', 1)[0] === OPTION)
  if (at < 0) return { others: args }
  const [, inline] = args[at]?.split('=') ?? []
  return { count: countOf(inline ?? args[at + 1]), others: args.toSpliced(at, inline === undefined ? 2 : 1) }
}

function countOf(text = '') {
  if (/^[1-9]\d*$/.test(text) && Number(text) <= MOST) return Number(text)
  throw new Error(`${OPTION} must be followed by the number of events, from 1 to ${MOST}.`)
}
