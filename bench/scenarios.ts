/** What is measured: requests as clients send them. */
import { batchOf } from '../tools/generator/posting.ts'
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
  /** Whether a larger log means more work. */
  isScan?: boolean
  /** The queries whose responses are compared between targets before they are measured. */
  queries: (dataset: Dataset) => Query[]
  /** Creates sessions of connections. The calls are those of the queries. */
  open: (calls: Call[], dataset: Dataset, dialect: Dialect) => Session
}

const HEADERS = { 'Content-Type': 'application/json' }
const BATCH = 20 // requests

/** All scenarios in the order of measurement: those that post come last, so that queries meet equal logs. */
export const scenarios: Scenario[] = [
  reading('key', 'GET by key', queries.byKey, { required: 0.6, showsProfile: true }),
  reading('newest', 'newest 100', queries.newest, { required: 1, showsProfile: true }),
  reading('filter', 'filtered by time range and status', queries.byTimeAndStatus, { required: 0.5 }),
  reading('target', 'filtered by name of target', queries.byTarget, { required: 0.5 }),
  reading('contains', 'filtered by part of name of target', queries.byPartOfTarget, { isScan: true }),
  reading('job', 'filtered by job', queries.byJob, { required: 0.5 }),
  reading('change', 'filtered by change', queries.byChange, { required: 0.5 }),
  reading('count', '`$count`', queries.count, { required: 0.5 }),
  reading('count-filter', '`$count` with filter', queries.countByTimeAndStatus, { required: 0.5 }),
  reading('select', '`$select` of five paths', queries.select),
  reading('orderby', '`$orderby` on a path', queries.orderBy),
  reading('lambda', 'lambda over changes of a day', queries.byModifiedProperty, { isScan: true }),
  reading('apply', '`$apply`: a month by day and status', queries.byDay, { isScan: true }),
  {
    ...reading('whole', 'whole log in pages of 1,000', queries.whole, { required: 1.2 }),
    open: (_calls, _dataset, dialect) => queries.walk(queries.whole()[0] as Query, dialect)
  },
  {
    ...reading('post', 'POST of one event', () => [], { required: 1, showsProfile: true }),
    open: (_calls, dataset, dialect) => posts(dataset, dialect)
  },
  {
    ...reading('batch', 'POST `$batch` of 20', () => [], { required: 1 }),
    open: (_calls, dataset, dialect) => batches(dataset, dialect)
  },
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

function reading(
  name: string,
  title: string,
  all: Scenario['queries'],
  more: Pick<Scenario, 'required' | 'isScan' | 'showsProfile'> = {}
): Scenario {
  return { name, title, ...more, queries: all, open: (calls) => () => anyOf(calls) }
}

/** Posts new events, one per request. */
export function posts(dataset: Dataset, { root, collection, event }: Dialect): Session {
  const next = writer(dataset, event)
  return () => {
    const { id, json } = next()
    return {
      ...{ method: 'POST', path: root + collection, headers: HEADERS, body: json },
      check: (status, body) =>
        status === 201 && body.includes(`"id":"${id}"`) ? undefined : 'it did not create the event'
    }
  }
}

function batches(dataset: Dataset, { root, collection, event }: Dialect): Session {
  const next = writer(dataset, event)
  return () => {
    const events = Array.from({ length: BATCH }, () => next().json)
    return {
      ...{ method: 'POST', path: `${root}/$batch`, headers: HEADERS, body: batchOf(events, collection) },
      check: (status, body) =>
        status === 200 && body.split('"status":201').length - 1 === BATCH ? undefined : 'it did not create all events'
    }
  }
}
