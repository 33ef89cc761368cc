/** The keys of entities in URLs (OData URL Conventions 4.01, 4.3). */
import { RequestError } from '../../errors/errors.ts'
import type { ServiceSchema } from '../model/schema.ts'

/** What identifies an entity: the key, and the tenant for readers of several, in the order of `keyNames`. */
export type EntityKey = [key: string, ...others: string[]]

const PART = /(?:(\w+)\s*=\s*)?(?:'((?:[^']|'')*)'|(@[\p{L}_][\p{L}\p{N}_]*))\s*(,\s*(?=\S)|$)/uy

/**
 * Reads the key in parentheses after a collection: `'x'`, `id='x'`, `@k`, or the alternate key
 * `id='x',tenantId='t'` (4.3.2).
 * @throws {RequestError} 400 unless it is a key
 */
export function readKey(
  text: string,
  collection: string,
  { keyNames }: ServiceSchema,
  aliases: Map<string, string>
): EntityKey {
  const found = new Map<string, string>()
  const trimmed = text.trim()
  PART.lastIndex = 0
  while (PART.lastIndex < trimmed.length || !found.size) {
    const [, given, quoted, alias, comma = ''] = PART.exec(trimmed) ?? []
    const value = alias === undefined ? quoted : /^\s*'((?:[^']|'')*)'\s*$/.exec(aliases.get(alias) ?? '')?.[1]
    const name = given ?? keyNames[0] ?? ''
    const isAlone = given !== undefined || (!found.size && !comma)
    if (value === undefined || !isAlone || !keyNames.includes(name) || found.has(name)) throw malformed(collection)
    found.set(name, value.replaceAll("''", "'"))
  }
  const [key, ...others] = keyNames.map((name) => found.get(name))
  if (key === undefined || (others.some((each) => each !== undefined) && others.includes(undefined)))
    throw malformed(collection)
  return [key, ...others.filter((each) => each !== undefined)]
}

function malformed(collection: string) {
  const message = `The key must be a string in single quotes, as in ${collection}('…').`
  return new RequestError('badRequest', message, collection)
}

/** Writes a key for a URL, as string literals with doubled quotes. */
export function keyPredicate(key: EntityKey, { keyNames }: ServiceSchema): string {
  const literals = key.map((value) => `'${encodeURIComponent(value.replaceAll("'", "''"))}'`)
  return `(${literals.length === 1 ? literals[0] : literals.map((each, index) => `${keyNames[index]}=${each}`).join()})`
}
