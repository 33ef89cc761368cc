/** What is measured: requests as clients send them. */
import { batchOf } from '../tools/generator/posting.ts'
import { walk } from './calls.ts'
import { anyOf, writer, type Dataset } from './dataset.ts'
import type { Dialect, Query } from './dialects.ts'
import type { Call, Session } from './load.ts'
import * as queries from './queries.ts'

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
  queries: (dataset: Dataset) => Query[]
  /** Creates sessions of connections. The calls are those of the queries. */
  open: (calls: Call[], dataset: Dataset, dialect: Dialect) => Session
}

/** The number of concurrent requests. */
export const CLIENTS = 16

const HEADERS = { 'Content-Type': 'application/json' }
const BATCH = 20 // requests

const indexed = { required: 0.5, isFilter: true, isOfLarge: true }
const alone = { clients: 1, isOfLarge: true }

/** All scenarios in the order of measurement: those that post come last, so that queries meet equal logs. */
export const scenarios: Scenario[] = [
  reading('key', 'GET by key', queries.byKey, { required: 0.6, showsProfile: true }),
  reading('newest', 'newest 100', queries.newest, { required: 1, showsProfile: true }),
  reading('filter', 'filtered by time range and status', queries.byTimeAndStatus, indexed),
  reading('target', 'filtered by name of target', queries.byTarget, indexed),
  reading('job', 'filtered by job', queries.byJob, indexed),
  reading('change', 'filtered by change', queries.byChange, indexed),
  reading('system', 'filtered by target system, without an index', queries.bySystem),
  reading('contains', 'filtered by part of name of target', queries.byPartOfTarget, { isScan: true }),
  reading('contains-week', 'the same in any case, within a week', queries.byPartOfTargetWithinWeek, {
    isScan: true,
    isOfLarge: true
  }),
  reading('search', '`$search` for a name, 1 client', queries.bySearch, alone),
  reading('search-in-vain', '`$search` for an unknown name, 1 client', queries.bySearchInVain, alone),
  reading('count', '`$count`', queries.count, { required: 0.5 }),
  reading('count-filter', '`$count` with filter', queries.countByTimeAndStatus, { required: 0.5 }),
  reading('select', '`$select` of five paths', queries.select),
  reading('orderby', '`$orderby` on a path', queries.orderBy),
  reading('lambda', 'lambda over changes of a day', queries.byModifiedProperty, { isScan: true }),
  reading('apply', '`$apply`: a month by day and status, 1 client', queries.byDay, { ...alone, isScan: true }),
  {
    ...reading('whole', 'whole log in pages of 1,000', queries.whole, { required: 1.2 }),
    open: (_calls, _dataset, dialect) => walk(queries.whole()[0] as Query, dialect)
  },
  writing('post', 'POST of one event', posts, { required: 1, showsProfile: true }),
  writing('batch', 'POST `$batch` of 20', batches, { required: 1 }),
  writing('group', 'POST `$batch` of 20 in one atomicity group', (...of) => batches(...of, 'all'), { required: 0.9 }),
  {
    ...reading('mix', '80 % POST, 20 % reads', (dataset) =>
      [queries.byKey, queries.byTimeAndStatus, queries.byJob].flatMap((read) => read(dataset))
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

function reading(name: string, title: string, all: Scenario['queries'], traits: Traits = {}): Scenario {
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
