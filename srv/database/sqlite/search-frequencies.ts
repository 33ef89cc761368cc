/** How frequent trigrams are in the search index: to look for one that most blocks have takes long. */
import type { DatabaseSync } from 'node:sqlite'
import { blocksByTrigramOf, isIndexed, tenantsIn } from './search-tenants.ts'

/** The part of all blocks up to which trigrams count as rare. */
const RARE = 0.02

/** In how many blocks of a tenant they are measured. */
const SMALL_SAMPLE = 256
const LARGE_SAMPLE = 2048

/** Measures them for the tenants that have many more blocks than before, while that is quick. */
export function measureFrequencies(index: DatabaseSync) {
  const note = index.prepare('UPDATE tenants SET sampled = :blocks WHERE number = :number')
  for (const { number, blocks, sampled } of tenantsIn(index).filter(isIndexed)) {
    if (sampled >= LARGE_SAMPLE || blocks < Math.max(SMALL_SAMPLE, sampled * 8)) continue
    index.prepare('DELETE FROM frequent WHERE tenant = ?').run(number)
    const parts = `SELECT :number, term, doc * 1.0 / :blocks FROM ${blocksByTrigramOf(number)} WHERE doc > :blocks * :rare`
    index.prepare(`INSERT INTO frequent ${parts}`).run({ number, blocks, rare: RARE })
    note.run({ number, blocks })
  }
}

/** Reads which part of all blocks of a tenant have a trigram. */
export function frequencies(index: DatabaseSync, tenant: number, trigrams: string[]) {
  const find = index.prepare(
    'SELECT trigram, part FROM frequent WHERE tenant = ? AND trigram IN (SELECT value FROM json_each(?))'
  )
  const parts = find
    .all(tenant, JSON.stringify(trigrams))
    .map(({ trigram, part }) => [trigram as string, Number(part)] as const)
  const known = new Map(parts)
  return (trigram: string) => known.get(trigram) ?? RARE
}
