/** Tenants: a user reads and writes the events of one tenant, those with its id as `tenantId`. */
import cds from '@sap/cds'
import { RequestError } from '../errors/errors.ts'
import { val, type Source } from '../cqn/cqn.ts'
import { needsTokens } from './profile.ts'
import type { Literal } from '../plans/statement.ts'

/** The part of the key of every entity that belongs to tenants. */
const TENANT = 'tenant'

const TENANT_SOURCE: Source = { option: 'tenant', position: 0, read: (tenant) => tenant }

/** True for all tenants: that of the indexes over all of them, which SQLite uses for no other query (indexes.ts). */
const OF_ALL = [{ func: 'length', args: [{ ref: [TENANT] }] }, '>=', { val: 0, param: false }]

type User = InstanceType<typeof cds.User>
type Model = { definitions: Record<string, { elements?: object }> }

/**
 * Confines a query to what the user may see: wherever it, or a query within it, reads an entity that belongs to
 * tenants, the tenant becomes a condition.
 * @param model says which entities have tenants
 * @returns a new query
 */
export function confined(query: object, user: User, model: Model): object {
  const condition = user.is('all_tenants') ? OF_ALL : [{ ref: [TENANT] }, '=', val(tenantOf(user), TENANT_SOURCE)]
  return new Confinement(condition, model).of(query) as object
}

/**
 * Whether no token tells tenants apart, as in the development profile: whoever asks sees the events of all of them, so
 * that an id can be there only once.
 */
export const areTenantsShared = () => !needsTokens((cds as unknown as { env: { profiles: string[] } }).env.profiles)

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
 * @throws {RequestError} 403 if that is not the tenant of the user
 */
export function tenantOfNewEvent(user: User, sent: string | null | undefined): string | null {
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

class Confinement {
  private readonly own: unknown[]
  private readonly model: Model

  /** @param own the condition for the user's rows, as CQN */
  constructor(own: unknown[], model: Model) {
    this.own = own
    this.model = model
  }

  /** Copies a query, or a part of one, and confines every SELECT in it. */
  of(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((each) => this.of(each))
    if (typeof node !== 'object' || node === null) return node
    const copy = Object.fromEntries(Object.entries(node).map(([name, each]) => [name, this.of(each)]))
    return 'from' in copy && this.ownsRows(copy.from as object) ? { ...copy, where: this.where(copy.where) } : copy
  }

  private where(condition: unknown) {
    return condition ? [...this.own, 'and', { xpr: condition }] : this.own
  }

  /** Queries read from entities and queries only. Anything else could bypass the condition. */
  private ownsRows(from: object): boolean {
    if ('SELECT' in from) return false
    const [name, ...path] = 'ref' in from ? (from.ref as string[]) : []
    const definition = path.length || name === undefined ? undefined : this.model.definitions[name]
    if (!definition) throw new Error(`Reading from ${JSON.stringify(from)} cannot be confined to a tenant.`)
    return TENANT in (definition.elements ?? {})
  }
}
