/** The tables of results, in Markdown. */
import type { Finding, Findings } from './findings.ts'
import type { Rounds } from './rounds.ts'
import type { Scenario } from './scenarios.ts'
import type { TargetName } from './targets.ts'

export type Engine = 'sqlite' | 'postgres'

/** The least ratio of the service to plain CAP, in all scenarios. */
const TO_PLAIN = 4

/** The ratio of the service to itself before below which a scenario is reported, if it was slower in every round. */
const TO_BEFORE = 0.95

/** The results of scenarios. */
export type Results = Map<Scenario, Rounds>

/**
 * Writes a table of scenarios: for each target responses per second, the median and the 99th percentile of response
 * times in milliseconds, and the ratio to the baseline; then how long rounds were, and what the service falls short of.
 */
export function scenariosTable(results: Results, names: TargetName[], engine: Engine): string {
  const isComparison = names.includes('before')
  const heads = names.map((name) => `${name}: /s, p50, p99 in ms` + (name === 'baseline' ? '' : ', ratio to baseline'))
  const rows = [...results].map(([scenario, rounds]) => {
    const goal = scenario.goal?.[engine]
    return [
      ...[scenario.title, ...names.map((name) => cell(rounds, name))],
      ...(isComparison ? [spread(ratios(rounds, 'service', 'before'))] : []),
      spread([...rounds.values()].flatMap(({ seconds }) => seconds)),
      goal?.toFixed(1) ?? '',
      marks(shortfalls(rounds, goal))
    ]
  })
  const comparison = isComparison ? ['service to before: median (least to most)'] : []
  return markdown(['scenario', ...heads, ...comparison, 'rounds in s', 'required', 'falls short'], rows)
}

/** Writes a table of findings: a number for each target. */
export function findingsTable(findings: Findings, titles: Record<Finding, readonly [string, string]>): string {
  const rows = Object.entries(titles).map(([name, [title, unit]]) => [
    title,
    ...[...findings.values()].map((found) => withUnit(found[name as Finding], unit))
  ])
  return markdown(['', ...findings.keys()], rows)
}

/** Writes a table of the most memory of targets with all their processes during each scenario. */
export function memoryTable(results: Results, names: TargetName[]): string {
  const megabytes = (bytes: number | undefined) => bytes && bytes / 1_000_000
  const rows = [...results].map(([{ title }, rounds]) => [
    title,
    ...names.map((name) => withUnit(megabytes(rounds.get(name)?.memory), ''))
  ])
  return markdown(['resident memory in MB', ...names], rows)
}

/** Writes a table of how the response times of the service grow with the log; goals.ts has what is allowed. */
export function growthTable(bySize: Map<number, Results>): string {
  const [[, base], ...larger] = [...bySize] as [[number, Results], ...[number, Results][]]
  const rows = [...base].map(([scenario, rounds]) => {
    const { title, isScan } = scenario
    const grown = larger.map(([, results]) => {
      const value = p50(results.get(scenario)) / p50(rounds)
      return Number.isNaN(value) ? 'n/a' : digits(value)
    })
    return [title + (isScan ? ' (a scan)' : ''), withUnit(p50(rounds), 'ms'), ...grown]
  })
  const heads = [...bySize.keys()].map((size) => `${amount(size)} events`)
  return markdown(['p50 of the service, and how many times as long', ...heads], rows)
}

/** What the service falls short of in a scenario, besides the goals. */
function shortfalls(rounds: Rounds, goal = 0): string[] {
  const toBaseline = median(ratios(rounds, 'service', 'baseline'))
  const toPlain = median(ratios(rounds, 'service', 'plain'))
  const toBefore = ratios(rounds, 'service', 'before')
  return [
    ...(toBaseline < goal ? [`${toBaseline.toFixed(2)} of the baseline < ${goal}`] : []),
    ...(toPlain < TO_PLAIN ? [`${toPlain.toFixed(1)} of plain CAP < ${TO_PLAIN}`] : []),
    ...(median(toBefore) < TO_BEFORE && Math.max(...toBefore) < 1 ? ['slower than before'] : [])
  ]
}

function cell(rounds: Rounds, name: TargetName) {
  const series = rounds.get(name)
  if (!series) return 'n/a'
  const times = [50, 99].map((part) => digits(series.latencies.percentile(part) / 1000))
  const toBaseline = name === 'baseline' ? [] : ratios(rounds, name, 'baseline')
  const ratio = toBaseline.length ? [median(toBaseline).toFixed(2)] : []
  return [`${digits(median(series.throughputs))}/s`, ...times, ...ratio].join(', ')
}

/** The median response time of the service, in milliseconds; NaN if it was not measured. */
export function p50(rounds: Rounds | undefined): number {
  return (rounds?.get('service')?.latencies.percentile(50) ?? NaN) / 1000
}

/** The throughput of a target relative to that of another, by round; none if one of them was not measured. */
export function ratios(rounds: Rounds, name: TargetName, other: TargetName): number[] {
  const [ours, theirs] = [rounds.get(name)?.throughputs, rounds.get(other)?.throughputs]
  return ours && theirs ? ours.map((value, round) => value / (theirs[round] as number)) : []
}

/** The median of some values; NaN if there are none. */
export function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? NaN
}

function spread(values: number[]) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return values.length ? `${median(values).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})` : ''
}

export function markdown(heads: string[], rows: string[][]): string {
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** Marks what falls short. */
export const marks = (problems: string[]) => problems.map((problem) => `**✗ ${problem}**`).join(', ')

/** A number with its unit; empty if there is none. */
export const withUnit = (value: number | undefined, unit: string) =>
  value === undefined ? '' : `${digits(value)} ${unit}`.trim()

/** A number with three significant digits, or as an integer from 100 on. */
export const digits = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3))

/** A number of events. */
export const amount = (value: number) => value.toLocaleString('en')
