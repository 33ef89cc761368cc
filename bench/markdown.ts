/** Tables and numbers in Markdown. */

export function markdown(heads: string[], rows: string[][]): string {
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** Marks what falls short. */
export function marks(problems: string[]): string {
  return problems.map((problem) => `**✗ ${problem}**`).join(', ')
}

/** A number with its unit; empty if there is none. */
export function withUnit(value: number | undefined, unit: string): string {
  return value === undefined ? '' : `${digits(value)} ${unit}`.trim()
}

/** A number with three significant digits, or as an integer from 100 on. */
export function digits(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** A number of events. */
export function amount(value: number): string {
  return value.toLocaleString('en')
}
