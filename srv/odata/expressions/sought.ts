/** The texts that a condition needs to be true, from which the search index knows where it may be: see rows.ts. */
import type { Sought, Typed } from '../../cqn/cqn.ts'

/** In how many ways a condition may be true before it is not worthwhile to look for them. */
const MOST = 16

type Part = Pick<Typed, 'texts' | 'equal'>

/** The column that has a text, in any case, if it is a single one. */
export function columnOf({ within, cqn, member }: Typed): string | undefined {
  const source = member ? member.source : cqn
  return within ?? (typeof source === 'object' && 'ref' in source ? source.ref[0] : undefined)
}

/** The text that a column must have; none if it is not known before the query runs. */
export function soughtIn(of: Typed | undefined, { cqn }: Typed): Sought | undefined {
  const column = of && columnOf(of)
  return column !== undefined && 'val' in cqn && typeof cqn.val === 'string' ? { column, text: cqn } : undefined
}

/** What conditions need together. */
export function soughtTogether(operator: 'and' | 'or', parts: Part[]): Pick<Typed, 'texts'> {
  const texts = operator === 'and' ? parts.flatMap(({ texts }) => texts ?? []) : inOneWay(parts)
  return texts?.length ? { texts } : {}
}

/**
 * What one of some conditions needs. Of each it takes what that needs in any case, or else one of the sets of ways in
 * which it may be true. Other indexes find what only equals columns that have them.
 */
function inOneWay(parts: Part[]): Typed['texts'] {
  if (parts.every(({ texts }) => !texts)) return undefined
  const ways = parts.map(({ texts = [], equal }) => {
    const always = texts.flatMap((each) => (each.length === 1 ? each.flat() : []))
    if (always.length) return [always]
    return texts[0] ?? (equal && [[equal]])
  })
  const known = ways.filter((each) => each !== undefined)
  return known.length === parts.length && known.flat().length <= MOST ? [known.flat()] : undefined
}
