/** Checks what a user may post before the body is received: see access-control.cds. */
import { requestError } from '../errors/errors.ts'
import { tenantOfNewEvent, type User } from './tenants.ts'

/** An entity with the rights that it grants to roles. */
export interface Restricted {
  '@restrict'?: { grant: string | string[]; to: string | string[] }[]
}

/** Refuses a user who may not create an entity; for a batch, neither create nor read one. @throws {RequestError} 403 */
export function permitPost(user: User, isBatch: boolean, { '@restrict': grants }: Restricted) {
  const events = isBatch ? ['CREATE', 'READ'] : ['CREATE']
  const roles = grants?.filter(({ grant }) => [grant].flat().some((each) => events.includes(each)))
  const isGranted = roles?.some(({ to }) => [to].flat().some((role) => user.is(role)))
  if (!isGranted) throw requestError({ status: 403 })
  if (!(isBatch && user.is('all_tenants'))) tenantOfNewEvent(user, undefined)
}
