/** What is measured: requests as clients send them. */
import { anyOf, filledIn, type Dataset } from './dataset.ts'
import type { Call, Session } from './load.ts'
import { batches, posts, walk, type Dialect, type Query } from './requests.ts'
import type { TargetName } from './targets.ts'

export interface Scenario {
  /** Its name on the command line. */
  name: string
  title: string
  /** The paths below the log that clients ask for, with placeholders for what dataset.ts has. */
  paths: string[]
  /** What clients do: see SESSIONS. */
  session: keyof typeof SESSIONS
  /** The least ratio to the throughput of the baseline, if one is required, by engine. */
  goal?: { sqlite?: number; postgres?: number }
  /** The sizes of logs that the goal is for, if not any. */
  sizes?: number[]
  /** The targets that do not answer it. */
  except?: TargetName[]
  /** The number of clients, if it is another than CLIENTS. */
  clients?: number
  /** The number of different queries, the size of pages, and the most values of a response. */
  queries?: number
  size?: number
  most?: number
  /** Whether it shows what the production profile costs, and so is measured without it, too. */
  showsProfile?: boolean
  /** Whether it is a documented filter, whose response times hardly grow with the log. */
  isFilter?: boolean
  /** Whether a larger log means more work. */
  isScan?: boolean
  /** Whether a quick run measures it with a large log, too. */
  isOfLarge?: boolean
}

/** The number of concurrent requests. */
export const CLIENTS = 16

const MANY = 200 // queries that a scenario varies between
const FEW = 10 // the same if each takes long

/** What the clients of a scenario do with its queries; each has a session. */
const SESSIONS = {
  reads: (calls: Call[]) => () => anyOf(calls),
  pages: (_calls: Call[], _dataset: Dataset, dialect: Dialect) => walk(dialect),
  posts: (_calls: Call[], dataset: Dataset, dialect: Dialect) => posts(dataset, dialect),
  batches: (_calls: Call[], dataset: Dataset, dialect: Dialect) => batches(dataset, dialect),
  groups: (_calls: Call[], dataset: Dataset, dialect: Dialect) => batches(dataset, dialect, 'all'),
  mixed: (calls: Call[], dataset: Dataset, dialect: Dialect) => {
    const post = posts(dataset, dialect)
    return () => (Math.random() < 0.8 ? post() : anyOf(calls))
  }
} satisfies Record<string, (calls: Call[], dataset: Dataset, dialect: Dialect) => Session>

const KEY = '/{id}'
/** Failures in a time span of about a thousand events, whatever the size of the log. */
const FAILURES = "?$filter=statusInfo/status eq 'failure' and {a thousand events}"
const JOB = "?$filter=jobId eq '{job}'"
const FIVE_PATHS = 'id,activityDateTime,statusInfo/status,targetIdentity/displayName,initiatedBy/displayName'
const BY_DAY = 'compute(date(activityDateTime) as day)/groupby((day,statusInfo/status),aggregate($count as events))'

const half = { goal: { sqlite: 0.5, postgres: 0.5 } }
const indexed = { ...half, isFilter: true, isOfLarge: true }
const halfOnPostgres = { goal: { postgres: 0.5 } }
const ofServiceOnly: { except: TargetName[] } = { except: ['baseline', 'ceiling', 'plain'] }
const search = { ...ofServiceOnly, queries: FEW, clients: 1, isOfLarge: true }
/** No index serves properties, so all events of the day are examined. */
const lambda: Partial<Scenario> = { ...halfOnPostgres, except: ['plain'], queries: FEW, isScan: true }
const daily = { ...lambda, clients: 1, size: 1000, isOfLarge: true }
const MILLION = 1_000_000
const posted = { sizes: [10_000, MILLION] }

/** All scenarios in the order of measurement: those that post come last, so that queries meet equal logs. */
export const scenarios: Scenario[] = [
  reading('key', 'GET by key', KEY, { goal: { sqlite: 0.6, postgres: 0.5 }, showsProfile: true }),
  reading('newest', 'newest 100', '', { goal: { sqlite: 1, postgres: 0.5 }, showsProfile: true }),
  reading('filter', 'filtered by time range and status', FAILURES, indexed),
  reading('target', 'filtered by name of target', "?$filter=targetIdentity/displayName eq '{target}'", indexed),
  reading('job', 'filtered by job', JOB, indexed),
  reading('change', 'filtered by change', "?$filter=changeId eq '{change}'", indexed),
  reading(
    'system',
    'filtered by target system, without an index',
    "?$filter=targetSystem/displayName eq '{system}'",
    ofServiceOnly
  ),
  reading(
    'contains',
    'filtered by part of name of target',
    "?$filter=contains(targetIdentity/displayName,'{part of target}')",
    { ...halfOnPostgres, queries: FEW, isScan: true }
  ),
  reading(
    'contains-week',
    'the same in any case, within a week',
    "?$filter=contains(tolower(targetIdentity/displayName),'{part in lower case}') and {a week}",
    { ...ofServiceOnly, queries: FEW, isScan: true, isOfLarge: true }
  ),
  reading('search', '`$search` for a name, 1 client', '?$search="{target}"', search),
  reading('search-in-vain', '`$search` for an unknown name, 1 client', '?$search="{nobody}"', { ...search, most: 0 }),
  reading('count', '`$count`', '/$count', half),
  reading('count-filter', '`$count` with filter', `/$count${FAILURES}`, half),
  reading('select', '`$select` of five paths', `?$select=${FIVE_PATHS}`, halfOnPostgres),
  reading('orderby', '`$orderby` on a path', '?$orderby=targetIdentity/displayName', halfOnPostgres),
  reading(
    'lambda',
    'lambda over changes of a day',
    "?$filter={a day} and modifiedProperties/any(p:p/displayName eq '{property}')",
    lambda
  ),
  reading('apply', '`$apply`: a month by day and status, 1 client', `?$apply=filter({a month})/${BY_DAY}`, daily),
  {
    ...reading('whole', 'whole log in pages of 1,000', '', { goal: { sqlite: 1.2, postgres: 1 }, size: 1000 }),
    session: 'pages'
  },
  {
    ...{ name: 'post', title: 'POST of one event', paths: [], session: 'posts' },
    ...{ goal: { sqlite: 1, postgres: 1 }, ...posted, showsProfile: true }
  },
  { name: 'batch', title: 'POST `$batch` of 20', paths: [], session: 'batches', goal: { sqlite: 1 }, ...posted },
  {
    ...{ name: 'group', title: 'POST `$batch` of 20 in one atomicity group', paths: [], session: 'groups' },
    goal: { sqlite: 0.9 }
  },
  { name: 'mix', title: '80 % POST, 20 % reads', paths: [KEY, FAILURES, JOB], session: 'mixed' }
]

function reading(name: string, title: string, path: string, more: Partial<Scenario>): Scenario {
  return { name, title, paths: [path], session: 'reads', ...more }
}

/** Makes the queries of a scenario, which are compared between targets before they are measured. */
export function queriesOf({ paths, queries = MANY, size, most }: Scenario, dataset: Dataset): Query[] {
  const filled = paths.flatMap((path) => Array.from({ length: queries }, () => filledIn(path, dataset)))
  const limits = { ...(size !== undefined && { size }), ...(most !== undefined && { most }) }
  return [...new Set(filled)].map((path) => ({ path, ...limits }))
}

/** Creates the session of a client. @param calls those of the queries */
export function openSession({ session }: Scenario, calls: Call[], dataset: Dataset, dialect: Dialect): Session {
  return SESSIONS[session](calls, dataset, dialect)
}
