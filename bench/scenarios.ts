/** What is measured: requests as clients send them, each with the check of its answer. */
import type { Dialect, Read } from './dialects.ts'
import { anyOf, type Ground } from './ground.ts'
import type { Call, Session } from './load.ts'
import * as reads from './reads.ts'
import { batches, posts } from './writes.ts'

export interface Scenario {
  /** Its name on the command line. */
  name: string
  title: string
  /** The least ratio to the throughput of the floor, where there is one. */
  required?: number
  /** Whether it looks at more events the more there are. */
  isScan?: boolean
  /** Queries whose answers are compared between targets; those of a scenario of queries are the ones that it asks. */
  reads: (ground: Ground) => Read[]
  /** Makes what connections ask, or undefined if the target cannot answer it. */
  session: (ground: Ground, dialect: Dialect, reads: Read[]) => (() => Session) | undefined
}

/** All scenarios in the order in which they are measured: those that post come last, so that queries meet equal logs. */
export const scenarios: Scenario[] = [
  reading('key', 'GET by key', reads.byKey, { required: 0.5 }),
  reading('newest', 'newest 100', reads.newest, { required: 1 }),
  reading('filter', 'filtered by time range and status', reads.byTimeAndStatus, { required: 0.5 }),
  reading('target', 'filtered by name of target', reads.byTarget, { required: 0.5 }),
  reading('contains', 'filtered by part of name of target', reads.byPartOfTarget, { isScan: true }),
  reading('job', 'filtered by job', reads.byJob, { required: 0.5 }),
  reading('change', 'filtered by change', reads.byChange, { required: 0.5 }),
  reading('count', '`$count`', reads.count, { required: 0.5 }),
  reading('count-filter', '`$count` with filter', reads.countByTimeAndStatus, { required: 0.5 }),
  reading('select', '`$select` of five paths', reads.select),
  reading('orderby', '`$orderby` on a path', reads.orderBy),
  reading('lambda', 'lambda over changes of a day', reads.byModifiedProperty, { isScan: true }),
  reading('apply', '`$apply`: a month by day and status', reads.byDay, { isScan: true }),
  {
    name: 'whole',
    title: 'whole log in pages of 1,000',
    required: 1,
    reads: reads.whole,
    session:
      (_ground, dialect, [read]) =>
      () =>
        reads.walk(read as Read, dialect)
  },
  {
    name: 'post',
    title: 'POST of one event',
    required: 1,
    reads: () => [],
    session: (ground, dialect) => () => posts(ground, dialect)
  },
  {
    name: 'batch',
    title: 'POST `$batch` of 20',
    required: 1,
    reads: () => [],
    session: (ground, dialect) => () => batches(ground, dialect, 20)
  },
  {
    name: 'mix',
    title: '80 % POST, 20 % reads',
    reads: (ground) => [...reads.byKey(ground), ...reads.byTimeAndStatus(ground), ...reads.byJob(ground)],
    session: (ground, dialect, asked) => () => mixed(posts(ground, dialect), callsOf(asked, dialect) as Call[])
  }
]

function reading(
  name: string,
  title: string,
  read: (ground: Ground) => Read[],
  more: Pick<Scenario, 'required' | 'isScan'> = {}
): Scenario {
  return {
    name,
    title,
    ...more,
    reads: read,
    session(_ground, dialect, asked) {
      const calls = callsOf(asked, dialect)
      return calls && (() => () => anyOf(calls))
    }
  }
}

function callsOf(asked: Read[], dialect: Dialect): Call[] | undefined {
  const calls = asked.flatMap((read) => reads.readCall(read, dialect) ?? [])
  return calls.length === asked.length ? calls : undefined
}

function mixed(post: Session, calls: Call[]): Session {
  return () => (Math.random() < 0.8 ? post() : anyOf(calls))
}
