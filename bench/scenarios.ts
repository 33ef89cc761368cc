/** What is measured: requests as clients send them. */
import { batchOf } from '../tools/generator/posting.ts'
import { walk } from './calls.ts'
import { anyOf, writer, type Dataset, type Searched } from './dataset.ts'
import type { Dialect } from './dialects.ts'
import type { Call, Session } from './load.ts'
import {
  always,
  DAY,
  distinct,
  FEW,
  filtered,
  literal,
  ofServiceOnly,
  varied,
  within,
  withinEvents
} from './queries.ts'
import type { Queries } from './queries.ts'

export interface Scenario {
  /** Its name on the command line. */
  name: string
  title: string
  /** The least ratio to the throughput of the baseline, if one is required. */
  required?: number
  /** Whether it shows what the production profile costs, and so is measured without it, too. */
  showsProfile?: boolean
  /** Whether it is a documented filter, whose response times hardly grow with the log. */
  isFilter?: boolean
  /** Whether a larger log means more work. */
  isScan?: boolean
  /** Whether a quick run measures it with a large log, too. */
  isOfLarge?: boolean
  /** The number of clients, if it is another than in most scenarios. */
  clients?: number
  /** The queries whose responses are compared between targets before they are measured. */
  queries: Queries
  /** Creates sessions of connections. The calls are those of the queries. */
  open: (calls: Call[], dataset: Dataset, dialect: Dialect) => Session
}

/** The number of concurrent requests. */
export const CLIENTS = 16

const HEADERS = { 'Content-Type': 'application/json' }
const BATCH = 20 // requests

const indexed = { required: 0.5, isFilter: true, isOfLarge: true }
const alone = { clients: 1, isOfLarge: true }

const FIVE_PATHS = 'id,activityDateTime,statusInfo/status,targetIdentity/displayName,initiatedBy/displayName'
const BY_DAY = 'compute(date(activityDateTime) as day)/groupby((day,statusInfo/status),aggregate($count as events))'
const WHOLE = { size: 1000 }

const byKey = varied(({ id }) => ({ id }))
/** Failures in a time span of about a thousand events, whatever the size of the log. */
const byTimeAndStatus = filtered((_, dataset) => `statusInfo/status eq 'failure' and ${withinEvents(dataset, 1000)}`)
const byTarget = filtered(
  ({ targetIdentity }) => `targetIdentity/displayName eq ${literal(targetIdentity.displayName)}`
)
const partOf = ({ targetIdentity }: Searched) => literal(targetIdentity.displayName.slice(1, 7))
const byPart = filtered((event) => `contains(targetIdentity/displayName,${partOf(event)})`, FEW)
const byPartWithinWeek = filtered((event, dataset) => {
  return `contains(tolower(targetIdentity/displayName),${partOf(event).toLowerCase()}) and ${within(dataset, 7 * DAY)}`
}, FEW)
/** The newest events of a target system, which no index serves. */
const bySystem: Queries = (dataset) =>
  distinct(dataset, ({ targetSystem }) => [targetSystem.displayName]).map((name) => ({
    options: { $filter: `targetSystem/displayName eq ${literal(name)}` }
  }))
const byJob: Queries = (dataset) => {
  const jobs = distinct(dataset, ({ jobId }) => [jobId])
  return filtered(() => `jobId eq ${literal(anyOf(jobs))}`)(dataset)
}
/** The events of a day that changed a property. No index serves properties, so all events of the day are examined. */
const byProperty: Queries = (dataset) => {
  const names = distinct(dataset, (event) => event.modifiedProperties.map(({ displayName }) => displayName))
  const changed = () => `modifiedProperties/any(p:p/displayName eq ${literal(anyOf(names))})`
  return filtered(() => `${within(dataset, DAY)} and ${changed()}`, FEW)(dataset)
}
const search = (name: string) => ({ options: { $search: `"${name}"` } })
const bySearch = varied(({ targetIdentity }) => search(targetIdentity.displayName), FEW)
const inVain = varied(() => ({ ...search(`Nobody Q${Math.random().toString(36).slice(2, 10)}`), most: 0 }), FEW)
const byDay = varied((_, dataset) => {
  return { ...WHOLE, options: { $apply: `filter(${within(dataset, 30 * DAY)})/${BY_DAY}` } }
}, FEW)
const counted: Queries = (dataset) => byTimeAndStatus(dataset).map((query) => ({ ...query, isCount: true }))

/** All scenarios in the order of measurement: those that post come last, so that queries meet equal logs. */
export const scenarios: Scenario[] = [
  reading('key', 'GET by key', byKey, { required: 0.6, showsProfile: true }),
  reading('newest', 'newest 100', always({}), { required: 1, showsProfile: true }),
  reading('filter', 'filtered by time range and status', byTimeAndStatus, indexed),
  reading('target', 'filtered by name of target', byTarget, indexed),
  reading('job', 'filtered by job', byJob, indexed),
  reading(
    'change',
    'filtered by change',
    filtered(({ changeId }) => `changeId eq ${literal(changeId)}`),
    indexed
  ),
  reading('system', 'filtered by target system, without an index', ofServiceOnly(bySystem)),
  reading('contains', 'filtered by part of name of target', byPart, { isScan: true }),
  reading('contains-week', 'the same in any case, within a week', ofServiceOnly(byPartWithinWeek), {
    isScan: true,
    isOfLarge: true
  }),
  reading('search', '`$search` for a name, 1 client', ofServiceOnly(bySearch), alone),
  reading('search-in-vain', '`$search` for an unknown name, 1 client', ofServiceOnly(inVain), alone),
  reading('count', '`$count`', always({ isCount: true }), { required: 0.5 }),
  reading('count-filter', '`$count` with filter', counted, { required: 0.5 }),
  reading('select', '`$select` of five paths', always({ options: { $select: FIVE_PATHS } })),
  reading('orderby', '`$orderby` on a path', always({ options: { $orderby: 'targetIdentity/displayName' } })),
  reading('lambda', 'lambda over changes of a day', byProperty, { isScan: true }),
  reading('apply', '`$apply`: a month by day and status, 1 client', byDay, { ...alone, isScan: true }),
  {
    ...reading('whole', 'whole log in pages of 1,000', always(WHOLE), { required: 1.2 }),
    open: (_calls, _dataset, dialect) => walk(WHOLE, dialect)
  },
  writing('post', 'POST of one event', posts, { required: 1, showsProfile: true }),
  writing('batch', 'POST `$batch` of 20', batches, { required: 1 }),
  writing('group', 'POST `$batch` of 20 in one atomicity group', (...of) => batches(...of, 'all'), { required: 0.9 }),
  {
    ...reading('mix', '80 % POST, 20 % reads', (dataset) =>
      [byKey, byTimeAndStatus, byJob].flatMap((read) => read(dataset))
    ),
    open(calls, dataset, dialect) {
      const post = posts(dataset, dialect)
      return () => (Math.random() < 0.8 ? post() : anyOf(calls))
    }
  }
]

/** The same on PostgreSQL; goals.ts has what is required there. */
export const onPostgres = (): Scenario[] => scenarios.map(({ required: _required, ...scenario }) => scenario)

type Traits = Omit<Scenario, 'name' | 'title' | 'queries' | 'open'>

function reading(name: string, title: string, all: Queries, traits: Traits = {}): Scenario {
  return { name, title, ...traits, queries: all, open: (calls) => () => anyOf(calls) }
}

function writing(name: string, title: string, open: (dataset: Dataset, dialect: Dialect) => Session, traits: Traits) {
  return { ...reading(name, title, () => [], traits), open: (_: Call[], ...of: Parameters<typeof open>) => open(...of) }
}

/**
 * Posts new events, one per request.
 * @param from when the first one happens, in milliseconds
 */
export function posts(dataset: Dataset, { root, collection, event }: Dialect, from?: number): Session {
  const next = writer(dataset, event, from)
  return () => {
    const { id, json } = next()
    return {
      ...{ method: 'POST', path: root + collection, headers: HEADERS, body: json },
      check: (status, body) =>
        status === 201 && body.includes(`"id":"${id}"`) ? undefined : 'it did not create the event'
    }
  }
}

function batches(dataset: Dataset, { root, collection, event }: Dialect, group?: string): Session {
  const next = writer(dataset, event)
  return () => {
    const events = Array.from({ length: BATCH }, () => next().json)
    return {
      ...{ method: 'POST', path: `${root}/$batch`, headers: HEADERS, body: batchOf(events, collection, group) },
      check: (status, body) =>
        status === 200 && body.split('"status":201').length - 1 === BATCH ? undefined : 'it did not create all events'
    }
  }
}
