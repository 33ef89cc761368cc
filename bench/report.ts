/** The tables of results, in Markdown. */
import type { TargetName } from './definitions.ts'
import type { Finding } from './findings.ts'
import { median } from './load.ts'
import type { Rounds } from './rounds.ts'
import type { Scenario } from './scenarios.ts'

/** The least ratio of the service to plain CAP, in all scenarios. */
const TO_PLAIN = 4

/** How much longer requests may take with the production profile than without. */
const COST_OF_PROFILE = 0.15

/** The ratio of the service to itself before below which a scenario is reported, if it was slower in every round. */
const TO_BEFORE = 0.95

/** By size: how many times as long as with the smallest log the responses of the service may take, by the medians. */
const GROWTH = new Map([
  [1_000_000, 1.3],
  [10_000_000, 1.5]
])

/**
 * Writes a table of scenarios: for each target responses per second, the median and the 99th percentile of response
 * times in milliseconds, and the ratio to the baseline; then what the service falls short of.
 */
export function scenariosTable(results: Map<Scenario, Rounds>, names: TargetName[]): string {
  const isComparison = names.includes('before')
  const heads = names.map((name) => `${name}: /s, p50, p99 in ms` + (name === 'baseline' ? '' : ', ratio to baseline'))
  const rows = [...results].map(([scenario, rounds]) => [
    scenario.title,
    ...names.map((name) => cell(rounds, name)),
    ...(isComparison ? [spread(ratios(rounds, 'service', 'before'))] : []),
    scenario.required?.toFixed(1) ?? '',
    marks(shortfalls(scenario, rounds))
  ])
  const comparison = isComparison ? ['service to before: median (least to most)'] : []
  return markdown(['scenario', ...heads, ...comparison, 'required', 'falls short'], rows)
}

/** Writes a table of findings: a number for each target, and what the service falls short of. */
export function findingsTable(all: Finding[], names: TargetName[]): string {
  const rows = all.map(({ title, unit, required, values }) => {
    const value = values.get('service') ?? 0
    const cells = names.map((name) => withUnit(values.get(name), unit))
    const problems = required !== undefined && value > required ? [`${digits(value)} > ${required}`] : []
    return [title, ...cells, withUnit(required, unit), marks(problems)]
  })
  return markdown(['', ...names, 'required', 'falls short'], rows)
}

/** Writes a table of how the response times of the service grow with the log. */
export function growthTable(bySize: Map<number, Map<Scenario, Rounds>>): string {
  const [[, base], ...larger] = [...bySize] as [[number, Map<Scenario, Rounds>], ...[number, Map<Scenario, Rounds>][]]
  const p50 = (rounds: Rounds | undefined) => (rounds?.get('service')?.latencies.percentile(50) ?? NaN) / 1000
  const rows = [...base].map(([scenario, rounds]) => {
    const grown = larger.map(([size, results]) => {
      const value = p50(results.get(scenario)) / p50(rounds)
      const most = scenario.isScan ? Infinity : (GROWTH.get(size) ?? Infinity)
      return digits(value) + (value > most ? ` ${marks([`> ${most}`])}` : '')
    })
    return [scenario.title + (scenario.isScan ? ' (a scan)' : ''), withUnit(p50(rounds), 'ms'), ...grown]
  })
  const heads = [...bySize.keys()].map((size) => `${size.toLocaleString('en')} events`)
  return markdown(['p50 of the service, and how many times as long', ...heads], rows)
}

/** What the service falls short of in a scenario. */
function shortfalls({ required = 0 }: Scenario, rounds: Rounds): string[] {
  const toBaseline = median(ratios(rounds, 'service', 'baseline'))
  const toPlain = median(ratios(rounds, 'service', 'plain'))
  const toBefore = ratios(rounds, 'service', 'before')
  const cost = median(ratios(rounds, 'bare', 'service')) - 1
  return [
    ...(cost > COST_OF_PROFILE ? [`the production profile costs ${percent(cost)} > ${percent(COST_OF_PROFILE)}`] : []),
    ...(toBaseline < required ? [`${toBaseline.toFixed(2)} of the baseline < ${required}`] : []),
    ...(toPlain < TO_PLAIN ? [`${toPlain.toFixed(1)} of plain CAP < ${TO_PLAIN}`] : []),
    ...(median(toBefore) < TO_BEFORE && Math.max(...toBefore) < 1 ? ['slower than before'] : [])
  ]
}

/** The throughput of a target relative to that of another, by round; none if one of them was not measured. */
function ratios(rounds: Rounds, name: TargetName, other: TargetName): number[] {
  const [ours, theirs] = [rounds.get(name)?.throughputs, rounds.get(other)?.throughputs]
  return ours && theirs ? ours.map((value, round) => value / (theirs[round] as number)) : []
}

function cell(rounds: Rounds, name: TargetName) {
  const series = rounds.get(name)
  if (!series) return 'n/a'
  const [p50, p99] = [50, 99].map((part) => digits(series.latencies.percentile(part) / 1000))
  const toBaseline = name === 'baseline' ? [] : ratios(rounds, name, 'baseline')
  const ratio = toBaseline.length ? [median(toBaseline).toFixed(2)] : []
  return [`${digits(median(series.throughputs))}/s`, p50, p99, ...ratio].join(', ')
}

function spread(values: number[]) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return values.length ? `${median(values).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})` : ''
}

function withUnit(value: number | undefined, unit: string) {
  return value === undefined ? '' : `${digits(value)} ${unit}`.trim()
}

function marks(problems: string[]): string {
  return problems.map((problem) => `**✗ ${problem}**`).join(', ')
}

function markdown(heads: string[], rows: string[][]): string {
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`

/** A number with three significant digits, or as an integer from 100 on. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
