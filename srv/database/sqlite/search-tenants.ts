/**
 * The tenants of the search index. What it knows of each stands apart, so that a search reads nothing of others, and the
 * time that it takes reveals nothing about them.
 */
import type { DatabaseSync } from 'node:sqlite'

/** Of how many tenants the index knows the texts. Searches of further ones look at all of their events. */
const MOST = 64

export interface IndexedTenant {
  number: number
  tenant: string
  /** How many blocks have events of it. */
  blocks: number
  /** How many blocks there were when the frequencies of trigrams were measured. */
  sampled: number
}

export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS tenants (number INTEGER PRIMARY KEY, tenant TEXT NOT NULL UNIQUE,
    blocks INTEGER NOT NULL DEFAULT 0, sampled INTEGER NOT NULL DEFAULT 0);`

/** The tables with the texts of blocks, with those of values, and with the number of blocks that have a trigram. */
export const textsOf = (tenant: number) => `texts_${tenant}`
export const valueTextsOf = (tenant: number) => `value_texts_${tenant}`
const blocksByTrigramOf = (tenant: number) => `blocks_by_trigram_${tenant}`

/** @param tokenizer `ascii` for trigrams (see trigram-tokens.ts), or one that makes them of texts */
const fts = (tokenizer: string) => `fts5(text, content = '', detail = none, columnsize = 0, tokenize = '${tokenizer}')`

const schemaOf = (tenant: number) => `
  CREATE VIRTUAL TABLE ${textsOf(tenant)} USING ${fts('ascii')};
  CREATE VIRTUAL TABLE ${valueTextsOf(tenant)} USING ${fts('trigram case_sensitive 1')};
  CREATE VIRTUAL TABLE ${blocksByTrigramOf(tenant)} USING fts5vocab(${textsOf(tenant)}, row);`

export const isIndexed = ({ number }: Pick<IndexedTenant, 'number'>) => number <= MOST

/** The tenants that the index has seen. @param tenant the only one that is asked for; null for all */
export const tenantsIn = (index: DatabaseSync, tenant: string | null = null) =>
  index
    .prepare('SELECT * FROM tenants WHERE tenant = ifnull(:tenant, tenant)')
    .all({ tenant }) as unknown as IndexedTenant[]

export type NumberOf = (tenant: string) => number

/** Finds the numbers of tenants, and adds those that are new, with their tables. It is valid for a transaction. */
export function tenantNumbers(index: DatabaseSync): NumberOf {
  const numbers = new Map(tenantsIn(index).map(({ tenant, number }) => [tenant, number]))
  return (tenant) => {
    const known = numbers.get(tenant)
    if (known !== undefined) return known
    const { lastInsertRowid } = index.prepare('INSERT INTO tenants (tenant) VALUES (?)').run(tenant)
    const number = Number(lastInsertRowid)
    if (isIndexed({ number })) index.exec(schemaOf(number))
    numbers.set(tenant, number)
    return number
  }
}

/** The part of all blocks up to which trigrams count as rare. */
const RARE = 0.02

/** In how many blocks of a tenant frequencies are measured. */
const SMALL_SAMPLE = 256
const LARGE_SAMPLE = 2048

/**
 * Measures how frequent trigrams are, for tenants that have many more blocks than before, while that is quick. To look
 * for a trigram that most blocks have takes long.
 */
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
  const found = find.all(tenant, JSON.stringify(trigrams))
  const known = new Map(found.map(({ trigram, part }) => [trigram as string, Number(part)]))
  return (trigram: string) => known.get(trigram) ?? RARE
}
