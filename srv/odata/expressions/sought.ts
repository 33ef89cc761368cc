/** The texts that must be there for a condition to hold. The search index finds events by them: see query/rows.ts. */
import type { Sought, Typed, Ways } from '../../cqn/typed.ts'

/** With more ways than this in which a condition may be true, no index is asked. */
const MOST = 16

type Part = Pick<Typed, 'texts' | 'equal'>

/** The column that has a text, in any case, if it is a single one. */
function columnOf({ lowered, cqn, member }: Typed): string | undefined {
  if (lowered) return columnOf(lowered)
  const source = member ? member.source : cqn
  return typeof source === 'object' && 'ref' in source ? source.ref[0] : undefined
}

/** The text that a column must have; none if it is not known before the query runs. */
export function soughtIn(of: Typed, { cqn }: Typed): Sought | undefined {
  const column = columnOf(of)
  return column !== undefined && 'val' in cqn && typeof cqn.val === 'string' ? { column, text: cqn } : undefined
}

/** The texts that must be there in any way. */
export const alwaysIn = (texts: Ways[]): Sought[] => texts.flatMap((ways) => (ways.length === 1 ? ways.flat() : []))

/** The texts that must be there for all of some conditions, or for one of them, to be true. */
export function soughtTogether(operator: 'and' | 'or', parts: Part[]): Pick<Typed, 'texts'> {
  const texts = operator === 'and' ? parts.flatMap(({ texts }) => texts ?? []) : waysOf(parts)
  return texts?.length ? { texts } : {}
}

/** The ways in which one of some conditions may be true; undefined where there is one that needs no texts. */
function waysOf(parts: Part[]): Ways[] | undefined {
  // an index of its own finds what only equals texts
  if (parts.every(({ texts }) => !texts)) return undefined
  const all = parts.map(({ texts = [], equal }): Ways | undefined => {
    const always = alwaysIn(texts)
    return always.length ? [always] : (texts[0] ?? (equal && [[equal]]))
  })
  const known = all.filter((ways) => ways !== undefined)
  return known.length === parts.length && known.flat().length <= MOST ? [known.flat()] : undefined
}
