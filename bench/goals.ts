/** What the service is to reach, and how far it is from that. */
import type { Finding, Findings } from './findings.ts'
import { amount, digits, markdown, marks, median, p50, ratios, withUnit, type Engine, type Results } from './report.ts'
import type { Rounds } from './rounds.ts'
import { scenarios } from './scenarios.ts'
import type { TargetName } from './targets.ts'

/** What was measured with a log. */
export interface Outcome {
  /** The number of its events. */
  size: number
  results: Results
  /** The names of scenarios that ended with an error. */
  failed: Set<string>
  findings: Findings | undefined
}

/** Undefined if it was not measured, NaN if it failed. */
type Value = (outcome: Outcome, smallest: Outcome) => number | undefined

interface Goal {
  title: string
  unit?: 'ms' | 'MB' | '%'
  most?: number
  least?: number
  /** The size of the log that it is for; any, if not set. */
  size?: number | undefined
  value: Value
}

const MILLION = 1_000_000
const TEN_MILLION = 10_000_000

const ofRounds =
  (name: string, valueOf: (rounds: Rounds) => number | undefined): Value =>
  ({ results, failed }) => {
    if (failed.has(name)) return NaN
    const [, rounds] = [...results].find(([scenario]) => scenario.name === name) ?? []
    return rounds && valueOf(rounds)
  }

const compared = (name: string, one: TargetName, other: TargetName) =>
  ofRounds(name, (rounds) => (rounds.has(one) && rounds.has(other) ? median(ratios(rounds, one, other)) : undefined))

const finding =
  (name: Finding): Value =>
  ({ findings }) =>
    findings?.get('service')?.[name]

const time = (name: string) => ofRounds(name, p50)

/** How much longer requests take with the production profile than without, in percent. */
const cost =
  (name: string): Value =>
  (...of) => {
    const ratio = compared(name, 'bare', 'service')(...of)
    return ratio === undefined ? undefined : 100 * (ratio - 1)
  }

/** The longest median of a documented filter with so many events, in relation to that with the smallest log. */
const growthTo =
  (least: number): Value =>
  ({ size, results }, smallest) => {
    const filters = [...results].filter(([{ isFilter }]) => isFilter)
    if (size < least || size === smallest.size || !filters.length) return undefined
    return Math.max(...filters.map(([scenario, rounds]) => p50(rounds) / p50(smallest.results.get(scenario))))
  }

const toBaseline = (engine: Engine): Goal[] =>
  scenarios.flatMap(({ name, title, goal, sizes = [undefined] }) => {
    const least = goal?.[engine]
    const value = compared(name, 'service', 'baseline')
    const meant = engine === 'sqlite' ? sizes : [undefined]
    return least ? meant.map((size) => ({ title: `${title}, to the baseline`, least, size, value })) : []
  })

const SEARCHES: Goal[] = [
  { title: '`$search`, found, p50', unit: 'ms', most: 50, size: MILLION, value: time('search') },
  { title: '`$search`, not found, p50', unit: 'ms', most: 20, size: MILLION, value: time('search-in-vain') },
  { title: '`contains` in a week, 16 clients, p50', unit: 'ms', most: 30, size: MILLION, value: time('contains-week') }
]

const GOALS: Record<Engine, Goal[]> = {
  sqlite: [
    { title: 'bytes on disk for an event, to its JSON as it is sent', most: 1.3, value: finding('bytes') },
    ...SEARCHES,
    { title: '`$apply`: a month by day and status, p50', unit: 'ms', most: 300, size: MILLION, value: time('apply') },
    { title: 'documented filters, to ten thousand events, p50', most: 1.3, size: MILLION, value: growthTo(MILLION) },
    { title: 'the same with ten million events', most: 1.5, size: TEN_MILLION, value: growthTo(TEN_MILLION) },
    ...toBaseline('sqlite'),
    { title: 'page 10,000 to page 1, p50', most: 1.1, size: MILLION, value: finding('depth') },
    { title: 'memory at rest', unit: 'MB', most: 150, value: finding('rest') },
    { title: 'memory while 16 clients page the whole log', unit: 'MB', most: 300, value: finding('paged') },
    { title: 'start-up until the first 200', unit: 'ms', most: 800, size: TEN_MILLION, value: finding('startUp') },
    { title: 'cost of the production profile: GET by key', unit: '%', most: 15, value: cost('key') },
    { title: 'cost of the production profile: newest 100', unit: '%', most: 15, value: cost('newest') },
    { title: 'cost of the production profile: POST', unit: '%', most: 15, value: cost('post') }
  ],
  postgres: [
    ...toBaseline('postgres'),
    { title: 'POST, three instances to one', least: 1, value: compared('post', 'three', 'service') },
    { title: '`$batch` of 20, three instances to one', least: 1, value: compared('batch', 'three', 'service') },
    ...SEARCHES
  ]
}

/** Writes a table of all goals: what was measured, with which log, and whether it falls short. */
export function goalsTable(outcomes: Outcome[], engine: Engine): string {
  const bySize = outcomes.toSorted((one, other) => one.size - other.size)
  const rows = GOALS[engine].map((goal) => {
    const { title, unit = '', most, least, size } = goal
    const goalText = most === undefined ? `at least ${least}` : `at most ${withUnit(most, unit)}`
    const wanted = size === undefined ? '' : amount(size)
    const [outcome, value] = closest(goal, bySize) ?? []
    if (!outcome || value === undefined) return [title, 'not measured', '', wanted, goalText, '']
    if (Number.isNaN(value)) return [title, 'failed', amount(outcome.size), wanted, goalText, marks(['failed'])]
    const isShort = value > (most ?? Infinity) || value < (least ?? -Infinity)
    const shortfall = marks([`${digits(value)} ${most === undefined ? '<' : '>'} ${most ?? least}`])
    const isSmaller = size !== undefined && outcome.size < size
    const problem = isShort ? shortfall : isSmaller ? `proves nothing for ${wanted}` : ''
    return [title, withUnit(value, unit), amount(outcome.size), wanted, goalText, problem]
  })
  return markdown(['', 'service', 'measured with events', 'meant for', 'goal', 'falls short'], rows)
}

/** The outcome that a goal is for, or else the next larger one, or else the largest. */
function closest({ size = 0, value }: Goal, bySize: Outcome[]) {
  const smallest = bySize[0] as Outcome
  const measured = bySize
    .map((outcome) => [outcome, value(outcome, smallest)] as const)
    .filter(([, each]) => each !== undefined)
  return measured.find(([outcome]) => outcome.size >= size) ?? measured.at(-1)
}
