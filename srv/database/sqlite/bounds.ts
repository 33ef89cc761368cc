/** The range in which a column must be for a condition to hold, as far as comparisons with values say so. */

/** A part of a condition, in CQN. */
export type Part = string | { ref?: string[]; val?: unknown; xpr?: Part[] }

/** The comparisons of a value that is a lower bound, and of one that is an upper bound. */
const [LOWER, UPPER] = [
  ['>', '>='],
  ['<', '<=']
]

/** Finds the bounds. Of several at the same side it takes one. */
export function boundsOf(condition: Part[], column: string): { lower?: object; upper?: object } {
  const terms = conjuncts(condition)
  return Object.assign({}, ...terms.map((term) => boundOf(term, column))) as { lower?: object; upper?: object }
}

/** The parts between `and`, if it is the only operator that joins conditions. */
function conjuncts(condition: Part[]): Part[][] {
  if (condition.some((part) => typeof part === 'string' && !/^([<>=]+|and|!=|is|in)$/i.test(part))) return []
  const terms: Part[][] = [[]]
  for (const part of condition) {
    if (part === 'and') terms.push([])
    else (terms.at(-1) as Part[]).push(part)
  }
  return terms
}

function boundOf(term: Part[], column: string): { lower?: object; upper?: object } {
  const [left, operator, value] = term
  if (typeof left !== 'object') return {}
  if (term.length === 1 && left.xpr) return boundsOf(left.xpr, column)
  if (term.length !== 3 || typeof operator !== 'string' || typeof value !== 'object') return {}
  if (left.ref?.at(-1) !== column || typeof value.val !== 'string') return {}
  if (LOWER.includes(operator)) return { lower: value }
  return UPPER.includes(operator) ? { upper: value } : {}
}
