/**
 * Events as a provisioning engine sends them. Each event is derived from its position in the log alone: any event can be
 * generated without its predecessors, and a log of millions is the same on every machine.
 */
import { anyAction, changesOf } from './attributes.ts'
import { clockUntil, UNTIL } from './clock.ts'
import { anyFailure } from './failures.ts'
import { cycleOf, jobOf, jobsOf } from './jobs.ts'
import { culturesOf, personAt } from './people.ts'
import { random, uuid, type Random } from './random.ts'
import { stepsOf, type Status } from './steps.ts'

/** An event as it is posted. */
export type Event = Record<string, unknown>

/** The tenant of all events unless the caller names another. */
const TENANT = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a'

const worlds = new Map<string, ReturnType<typeof worldOf>>()

/** What all events of a seed have in common. */
function worldOf(seed: number, tenantId: string, until: number) {
  return { cultures: culturesOf(seed), jobs: jobsOf(seed, tenantId), timeAt: clockUntil(until) }
}

/**
 * Generates the event at a position in a log.
 * @param index the position, from 0; events are in chronological order
 * @param count the number of events in the log: every log spans the same thirty days, larger ones have more people
 * @param seed an integer; other seeds give other ids, names and values
 * @param tenantId the tenant that the event belongs to, any text
 * @param until the end of the thirty days, in milliseconds since 1970
 * @returns a new event, ready to be posted
 */
export function eventAt(index: number, count: number, seed = 1, tenantId = TENANT, until = UNTIL): Event {
  const key = `${seed} ${until} ${tenantId}`
  let world = worlds.get(key)
  if (!world) worlds.set(key, (world = worldOf(seed, tenantId, until)))
  const { cultures, jobs, timeAt } = world

  const first = firstOfChange(index, seed)
  const ofChange = random(seed, 'change', first)
  const job = jobOf(jobs, ofChange())
  const changed = numberOfPerson(ofChange, count)
  const wanted = anyAction(ofChange)

  const next = random(seed, 'event', index)
  const activityDateTime = timeAt((index + next()) / count)
  const status = anyStatus(next)
  const action = status === 'skipped' ? 'Other' : wanted
  const failure = status === 'failure' ? anyFailure(next, activityDateTime) : undefined
  const revision = Math.floor(next() * 4)
  const person = personAt(cultures, seed, changed, revision)
  const changes = changesOf(action, personAt(cultures, seed, changed, revision + 4), person, job.isScim, next)
  const targetId = uuid(seed, 'target', changed * jobs.length + job.number)
  const { displayName } = person
  return {
    id: uuid(seed, 'event', index),
    activityDateTime,
    tenantId,
    jobId: job.id,
    cycleId: cycleOf(seed, job, first),
    changeId: uuid(seed, 'change', first),
    action,
    durationInMilliseconds: Math.floor(250 / (1 - 0.99 * next())) + (failure ? 2000 : 0),
    initiatedBy: { id: '', displayName: 'Azure AD Provisioning Service', initiatorType: 'system' },
    sourceSystem: { ...job.source, details: { ...job.source.details } },
    targetSystem: { ...job.target, details: { ...job.target.details } },
    sourceIdentity: {
      id: person.id,
      displayName,
      identityType: 'User',
      details: { id: person.id, odatatype: 'User', DisplayName: displayName, UserPrincipalName: person.principalName }
    },
    targetIdentity: {
      id: failure && (action === 'Create' || failure.step === 'matching') ? '' : targetId,
      displayName,
      identityType: job.isScim ? 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' : 'User',
      details: {}
    },
    statusInfo: failure?.statusInfo ?? { status },
    provisioningSteps: stepsOf({ job, action, person, targetId, changes, status, failing: failure?.step }),
    modifiedProperties: changes
  }
}

/** The most events of one change: it fails and is retried. */
const LONGEST_CHANGE = 3

/** The first event of the same change: up to three consecutive events share one. */
function firstOfChange(index: number, seed: number) {
  const place = index % LONGEST_CHANGE
  const start = index - place
  const chance = random(seed, 'change', start)()
  const length = chance < 0.8 ? 1 : chance < 0.93 ? 2 : LONGEST_CHANGE
  return place < length ? start : index
}

function anyStatus(next: Random): Status {
  const chance = next()
  if (chance < 0.9) return 'success'
  if (chance < 0.95) return 'failure'
  return chance < 0.98 ? 'skipped' : 'warning'
}

/** There are a fifth as many people as events, and some people have far more events than others. */
function numberOfPerson(next: Random, count: number) {
  return Math.floor(next() ** 2 * Math.max(100, Math.round(count / 5)))
}
