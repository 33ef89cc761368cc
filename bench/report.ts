/** The tables of results. */
import type { TargetName } from './definitions.ts'
import { FINDINGS, type Findings } from './findings.ts'
import { median } from './load.ts'
import { amount, digits, markdown, marks, withUnit } from './markdown.ts'
import { p50, ratios, type Rounds } from './rounds.ts'
import type { Scenario } from './scenarios.ts'

/** The least ratio of the service to plain CAP, in all scenarios. */
const TO_PLAIN = 4

/** The ratio of the service to itself before below which a scenario is reported, if it was slower in every round. */
const TO_BEFORE = 0.95

/** The results of scenarios. */
export type Results = Map<Scenario, Rounds>

/**
 * Writes a table of scenarios: for each target responses per second, the median and the 99th percentile of response
 * times in milliseconds, and the ratio to the baseline; then what the service falls short of.
 */
export function scenariosTable(results: Results, names: TargetName[]): string {
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

/** Writes a table of findings: a number for each target. */
export function findingsTable(findings: Findings, names: TargetName[]): string {
  const rows = [...findings].map(([name, values]) => {
    const [title, unit] = FINDINGS[name]
    return [title, ...names.map((each) => withUnit(values.get(each), unit))]
  })
  return markdown(['', ...names], rows)
}

/** Writes a table of the most memory of targets with all their processes during each scenario. */
export function memoryTable(results: Results, names: TargetName[]): string {
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
function shortfalls({ required = 0 }: Scenario, rounds: Rounds): string[] {
  const toBaseline = median(ratios(rounds, 'service', 'baseline'))
  const toPlain = median(ratios(rounds, 'service', 'plain'))
  const toBefore = ratios(rounds, 'service', 'before')
  return [
    ...(toBaseline < required ? [`${toBaseline.toFixed(2)} of the baseline < ${required}`] : []),
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

function spread(values: number[]) {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return values.length ? `${median(values).toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})` : ''
}

const megabytes = (bytes: number | undefined) => bytes && bytes / 1_000_000
