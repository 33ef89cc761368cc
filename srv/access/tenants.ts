/** Tenants: a user reads and writes the events of one tenant, those with its id as `tenantId`. */
import cds from '@sap/cds'
import { RequestError } from '../errors/errors.ts'
import { findColumn, isShownByLog, queryOf, type Definition, type Model } from '../cqn/csn.ts'
import { ref, val, type Source } from '../cqn/cqn.ts'
import type { Readable } from '../database/reading.ts'
import type { Literal } from '../plans/statement.ts'
import { isLonger } from '../values/length.ts'

const TENANT_SOURCE: Source = { option: 'tenant', position: 0, read: (tenant) => tenant }

/** How long a tenant may be, as `$metadata` says: it is part of keys, and PostgreSQL takes none of more than 2,704 bytes. */
export const LONGEST_TENANT = 256

/** True for all tenants: that of the indexes over all of them, which no other query uses (database/indexes.ts). */
const ofAll = (column: string) => [{ func: 'length', args: [ref(column)] }, '>=', { val: 0, param: false }]

export type User = InstanceType<typeof cds.User>

/**
 * Confines a query to what the user may see: wherever it, or a query within it, reads an entity that belongs to
 * tenants, the tenant becomes a condition.
 * @returns a new query
 */
export function confined(query: object, user: User, model: Model): object {
  const tenant = user.is('all_tenants') ? undefined : val(tenantOf(user), TENANT_SOURCE)
  const own = (column: string) => (tenant ? [ref(column), '=', tenant] : ofAll(column))
  /** Copies a query, or a part of one, and confines every SELECT in it. */
  const copy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(copy)
    if (typeof node !== 'object' || node === null) return node
    const copied = Object.fromEntries(Object.entries(node).map(([name, each]) => [name, copy(each)]))
    const column = 'from' in copied ? tenantIn(copied.from as object, model) : undefined
    if (column === undefined) return copied
    return { ...copied, where: copied.where ? [...own(column), 'and', { xpr: copied.where }] : own(column) }
  }
  return copy(query) as object
}

/**
 * Checks that nothing else shows entities that belong to tenants: only services of the log confine what they read, and
 * they do so by roles and tenants alone.
 * @throws {Error} naming the first projection in another service, or the first entity with another restriction
 */
export function expectConfined(model: Model) {
  const ofTenants = Object.keys(model.definitions).filter((name) => {
    const { kind, ...definition } = model.definitions[name] as Definition
    return kind === 'entity' && findColumn(definition, 'tenant') !== undefined
  })
  for (const [name, definition] of Object.entries(model.definitions)) {
    const restrictions = (definition['@restrict'] ?? []) as object[]
    if (isShownByLog(model, name) && restrictions.some((each) => 'where' in each))
      throw new Error(`Entity '${name}' has @restrict with 'where': the log is confined by roles and tenants only.`)
    const query = JSON.stringify(queryOf(definition) ?? definition.query ?? {})
    const source = ofTenants.find((each) => query.includes(`["${each}"`) || query.includes(`{"id":"${each}"`))
    if (source === undefined || isShownByLog(model, name)) continue
    throw new Error(
      `Entity '${name}' would show '${source}' to all tenants: only services with a singleton and ` +
        '@impl audit-log-service.ts can show it.'
    )
  }
}

/** What a user may read: see {@link Readable}. */
export function readableBy(user: User): Readable {
  if (user.is('all_tenants')) return 'all'
  const { tenant } = user.attr
  return tenant ? { tenant } : 'none'
}

/**
 * What the answers to a user depend on: permissions, and the tenant unless the user reads all tenants.
 * @returns a key for users whose answers differ by tenant only, the tenant as a literal of the request, and whether ids
 *   that several tenants have must be distinguished
 */
export function scopeOf(user: User): { key: string; literals: Literal[]; readsAllTenants: boolean } {
  const roles = user instanceof cds.User.Privileged ? ['*'] : Object.keys(user.roles).sort()
  const { tenant } = user.attr
  const literals = tenant && !user.is('all_tenants') ? [{ ...TENANT_SOURCE, text: tenant }] : []
  const readsAllTenants = user.is('all_tenants') && !(user instanceof cds.User.Privileged)
  return { key: [literals.length, ...roles].join(), literals, readsAllTenants }
}

/**
 * The tenant of a new event.
 * @param sent the tenant that was sent with it
 * @throws {RequestError} 403 if that is not the tenant of the user, 400 if it is too long
 */
export function tenantOfNewEvent(user: User, sent: string | null | undefined): string | null {
  if (sent && isLonger(sent, LONGEST_TENANT)) {
    const message = `Property 'tenantId' must have at most ${LONGEST_TENANT} characters.`
    throw new RequestError('invalidValue', message, 'tenantId')
  }
  if (user instanceof cds.User.Privileged) return sent ?? null
  const tenant = tenantOf(user)
  if (sent === undefined || sent === null || sent === tenant) return tenant
  throw new RequestError('accessDenied', 'The event belongs to another tenant than the token.', 'tenantId')
}

function tenantOf(user: User): string {
  const { tenant } = user.attr
  if (tenant) return tenant
  throw new RequestError('accessDenied', 'The token names no tenant.')
}

/**
 * The column that holds the tenant. Undefined for a query, which is confined itself, and for what is not stored.
 * @throws {Error} for anything else, which could bypass the condition
 */
function tenantIn(from: object, { definitions }: Model): string | undefined {
  if ('SELECT' in from) return undefined
  const [first, ...path] = 'ref' in from ? (from.ref as (string | { id: string })[]) : []
  const name = typeof first === 'object' ? first.id : first // CAP puts a key into the path
  const definition = path.length || name === undefined ? undefined : definitions[name]
  const column = definition && findColumn(definition, 'tenant')
  if (column === undefined && !definition?.['@cds.persistence.skip'])
    throw new Error(`Reading from ${JSON.stringify(from)} cannot be confined to a tenant.`)
  return column
}
