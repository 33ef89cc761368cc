/** The attributes of people in target systems, and how actions change them. */
import type { Person } from './people.ts'
import { pick, type Random } from './random.ts'

/** An attribute: its name in a system, and its value for a person. */
interface Attribute {
  name: string
  /** The name in the details of steps: without punctuation. */
  member: string
  valueOf: (person: Person) => string
}

/** A changed property of the target object. */
export interface Change {
  displayName: string
  oldValue: string | null
  newValue: string | null
}

export type Action = 'Create' | 'Update' | 'Disable' | 'Delete' | 'Other'

/** The number of properties that most actions change. */
const CHANGED = 8

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** The flag for an active object, attributes that never change, and attributes that do. */
const SCIM = {
  active: attribute('active', () => 'True'),
  fixed: [
    attribute('userName', ({ principalName }) => principalName),
    attribute('displayName', ({ displayName }) => displayName),
    attribute('externalId', ({ nickname }) => nickname),
    attribute('name.givenName', ({ givenName }) => givenName),
    attribute('name.familyName', ({ familyName }) => familyName),
    attribute('emails[type eq "work"].value', ({ principalName }) => principalName)
  ],
  changing: [
    attribute('title', ({ title }) => title),
    attribute(`${ENTERPRISE}:department`, ({ department }) => department),
    attribute(`${ENTERPRISE}:manager`, ({ manager }) => manager),
    attribute(`${ENTERPRISE}:costCenter`, ({ costCenter }) => costCenter),
    attribute('addresses[type eq "work"].locality', ({ city }) => city),
    attribute('addresses[type eq "work"].streetAddress', ({ street }) => street),
    attribute('addresses[type eq "work"].postalCode', ({ postalCode }) => postalCode),
    attribute('addresses[type eq "work"].formatted', formattedAddress),
    attribute('phoneNumbers[type eq "work"].value', ({ phone }) => phone),
    attribute('phoneNumbers[type eq "mobile"].value', ({ mobile }) => mobile)
  ]
}

const DIRECTORY: typeof SCIM = {
  active: attribute('accountEnabled', () => 'True'),
  fixed: [
    attribute('userPrincipalName', ({ principalName }) => principalName),
    attribute('displayName', ({ displayName }) => displayName),
    attribute('mailNickname', ({ nickname }) => nickname),
    attribute('givenName', ({ givenName }) => givenName),
    attribute('surname', ({ familyName }) => familyName),
    attribute('employeeId', ({ employeeId }) => employeeId)
  ],
  changing: [
    attribute('jobTitle', ({ title }) => title),
    attribute('department', ({ department }) => department),
    attribute('manager', ({ manager }) => manager),
    attribute('extensionAttribute1', ({ costCenter }) => costCenter),
    attribute('city', ({ city }) => city),
    attribute('streetAddress', ({ street }) => street),
    attribute('postalCode', ({ postalCode }) => postalCode),
    attribute('physicalDeliveryOfficeName', ({ office }) => office),
    attribute('telephoneNumber', ({ phone }) => phone),
    attribute('mobile', ({ mobile }) => mobile)
  ]
}

function attribute(name: string, valueOf: (person: Person) => string): Attribute {
  return { name, member: name.replace(/\W/g, ''), valueOf }
}

function formattedAddress({ office, street, postalCode, city }: Person) {
  return `${office}\r\n${street}\r\n${postalCode} ${city}`
}

/**
 * Returns the changes that an action makes.
 * @param before the person as the target system knows them
 * @param isScim whether the target system speaks SCIM
 */
export function changesOf(action: Action, before: Person, now: Person, isScim: boolean, next: Random): Change[] {
  const { active, fixed, changing } = isScim ? SCIM : DIRECTORY
  if (action === 'Other') return []
  if (action === 'Disable') return [{ displayName: active.name, oldValue: 'True', newValue: 'False' }]
  const possible = action === 'Update' ? changing : [active, ...fixed, ...changing]
  const start = Math.floor(next() * possible.length)
  return Array.from({ length: CHANGED }, (_, place) => {
    const { name, valueOf } = possible[(start + place) % possible.length] as Attribute
    const oldValue = action === 'Create' ? null : valueOf(before)
    return { displayName: name, oldValue, newValue: action === 'Delete' ? null : valueOf(now) }
  })
}

const MEMBERS = new Map(
  [SCIM, DIRECTORY].flatMap(({ active, fixed, changing }) =>
    [active, ...fixed, ...changing].map(({ name, member }) => [name, member] as const)
  )
)

/** Returns the new values of changed properties, keyed as in the details of steps. */
export function detailsOf(changes: Change[]): Record<string, string> {
  const details: Record<string, string> = {}
  for (const { displayName, newValue } of changes) {
    if (newValue !== null) details[MEMBERS.get(displayName) ?? displayName] = newValue
  }
  return details
}

/** Actions by frequency: most changes are updates. */
const ACTIONS: Action[] = [
  ...Array<Action>(14).fill('Update'),
  'Create',
  'Create',
  'Create',
  'Create',
  'Disable',
  'Delete'
]

/** Picks an action. */
export function anyAction(next: Random): Action {
  return pick(ACTIONS, next)
}
