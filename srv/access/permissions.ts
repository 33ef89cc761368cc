/** Checks what a user may post before the body is received: see access-control.cds. */
import type { Definition } from '../cqn/csn.ts'
import { requestError } from '../errors/errors.ts'
import { tenantOfNewEvent, type User } from './tenants.ts'

/** The events that an entity grants to roles. */
type Grants = { grant: string | string[]; to: string | string[] }[] | undefined

/** Refuses a user who may not create an entity; for a batch, neither create nor read one. @throws {RequestError} 403 */
export function permitPost(user: User, isBatch: boolean, entity: Definition) {
  const grants = entity['@restrict'] as Grants
  const events = isBatch ? ['CREATE', 'READ'] : ['CREATE']
  const roles = grants?.filter(({ grant }) => [grant].flat().some((each) => events.includes(each)))
  const isGranted = roles?.some(({ to }) => [to].flat().some((role) => user.is(role)))
  if (!isGranted) throw requestError({ status: 403 })
  if (!(isBatch && user.is('all_tenants'))) tenantOfNewEvent(user, undefined)
}
