/** Checks what a user may post before the body is received: see access-control.cds. */
import type { Definition } from '../cqn/csn.ts'
import { requestError } from '../errors/errors.ts'
import { tenantOfNewEvent, type User } from './tenants.ts'

type Event = 'CREATE' | 'READ'

/** The events that an entity grants to roles. */
type Grants = { grant: string | string[]; to: string | string[] }[] | undefined

/** The events of what is posted to: a batch may have all, and a query in a body only reads. */
const EVENTS: Partial<Record<string, Event[]>> = { batch: ['CREATE', 'READ'], query: ['READ'] }

/** Refuses a user who may do nothing of what a POST may do with an entity. @throws {RequestError} 403 */
export function permitPost(user: User, kind: string, entity: Definition) {
  const grants = entity['@restrict'] as Grants
  const events: string[] = EVENTS[kind] ?? ['CREATE']
  const roles = grants?.filter(({ grant }) => [grant].flat().some((each) => events.includes(each)))
  const isGranted = roles?.some(({ to }) => [to].flat().some((role) => user.is(role)))
  if (!isGranted) throw requestError({ status: 403 })
  if (events.includes('CREATE') && !(kind === 'batch' && user.is('all_tenants'))) tenantOfNewEvent(user, undefined)
}
