/** The tables of results, in Markdown. */
import type { Finding } from './findings.ts'
import { figures, ratio, shortfalls, type Rounds } from './results.ts'
import type { Scenario } from './scenarios.ts'
import type { TargetName } from './targets.ts'

/**
 * Writes a table of scenarios: for each target the answers in a second, the median and the 99th percentile of their
 * times in milliseconds, and the ratio to the floor; at last what the service falls short of.
 */
export function scenariosTable(results: Map<Scenario, Rounds>, targets: TargetName[]): string {
  const heads = targets.map((name) => `${name}: answers/s, p50, p99 in ms${name === 'floor' ? '' : ', ratio to floor'}`)
  const rows = [...results].map(([scenario, rounds]) => [
    scenario.title,
    ...targets.map((name) => cell(rounds, name)),
    scenario.required?.toFixed(1) ?? '',
    marks(shortfalls(scenario, rounds))
  ])
  return markdown(['scenario', ...heads, 'required', 'falls short'], rows)
}

/** Writes a table of what was found besides: for each target a number, and what the service falls short of. */
export function findingsTable(all: Finding[], targets: TargetName[]): string {
  const rows = all.map(({ title, unit, required, values }) => {
    const value = values.get('service')
    const isShort = required !== undefined && value !== undefined && value > required
    const cells = targets.map((name) => (values.has(name) ? withUnit(values.get(name) as number, unit) : ''))
    const problems = isShort ? [`${digits(value)} > ${required}`] : []
    return [title, ...cells, required === undefined ? '' : withUnit(required, unit), marks(problems)]
  })
  return markdown(['', ...targets, 'required', 'falls short'], rows)
}

/** How many times as long as with the first size answers of the service may take, the median of those of a scenario. */
const GROWTH = new Map([
  [1_000_000, 1.3],
  [10_000_000, 1.5]
])

/** Writes a table of how the times of the service grow with the log. */
export function growthTable(bySize: Map<number, Map<Scenario, Rounds>>): string {
  const [[, base], ...larger] = [...bySize] as [[number, Map<Scenario, Rounds>], ...[number, Map<Scenario, Rounds>][]]
  const rows = [...base].map(([scenario, rounds]) => {
    const first = figures(rounds, 'service')?.p50 ?? NaN
    const grown = larger.map(([size, results]) => {
      const value = (figures(results.get(scenario) ?? rounds, 'service')?.p50 ?? NaN) / first
      const most = scenario.isScan ? Infinity : (GROWTH.get(size) ?? Infinity)
      return digits(value) + (value > most ? ` ${marks([`> ${most}`])}` : '')
    })
    return [scenario.title + (scenario.isScan ? ' (a scan)' : ''), `${digits(first)} ms`, ...grown]
  })
  const heads = [...bySize.keys()].map((size) => `${size.toLocaleString('en')} events`)
  return markdown(['p50 of the service, and how many times as long', ...heads], rows)
}

function withUnit(value: number, unit: string) {
  return `${digits(value)} ${unit}`.trim()
}

/** Marks what falls short of a requirement. */
function marks(problems: string[]): string {
  return problems.map((problem) => `**✗ ${problem}**`).join(', ')
}

/** Writes a table. */
function markdown(heads: string[], rows: string[][]): string {
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function cell(rounds: Rounds, name: TargetName) {
  const found = figures(rounds, name)
  if (!found) return 'n/a'
  const toFloor = name === 'floor' ? undefined : ratio(rounds, name, 'floor')
  const parts = [`${digits(found.throughput)}/s`, digits(found.p50), digits(found.p99)]
  return parts.join(', ') + (toFloor === undefined ? '' : `, ${toFloor.toFixed(2)}`)
}

/** A number with three digits, or all that are before its point. */
function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
