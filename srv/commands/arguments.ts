/** The arguments of a command: options that take a value each, and operands. */
import { parseArgs } from 'node:util'

/**
 * Reads the arguments of a command.
 * @param names the options that there are
 * @param operands how many operands there may be
 * @throws {Error} with a sentence if one is unknown, repeated, empty, or lacks its value
 */
export function argumentsIn<Name extends string>(args: string[], names: readonly Name[], operands = 0) {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string', multiple: true } as const]))
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const entries = Object.entries(values) as [Name, string[]][]
  for (const [name, [value, ...others]] of entries) {
    if (others.length) throw new Error(`--${name} was given more than once.`)
    if (!value) throw new Error(`--${name} must not be empty.`)
  }
  if (positionals.length > operands)
    throw new Error(
      `there is an argument too many: '${positionals[operands]}'. npm passes on the options that stand after --, and no others.`
    )
  return { values: Object.fromEntries(entries.map(([name, [value]]) => [name, value])) as Values<Name>, positionals }
}

type Values<Name extends string> = Partial<Record<Name, string>>
