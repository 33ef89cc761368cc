/** The arguments of a command: options that take a value each, and operands. */
import { parseArgs, type ParseArgsConfig } from 'node:util'

/**
 * Reads the arguments of a command.
 * @param names the options that there are
 * @param operands how many operands there may be
 * @param others the options that were taken out of the arguments before
 * @throws {Error} with a sentence if one is unknown, repeated, empty, or lacks its value
 */
export function argumentsIn<Name extends string>(
  args: string[],
  names: readonly Name[],
  operands = 0,
  others: readonly string[] = []
) {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string', multiple: true } as const]))
  const { values, positionals } = parse({ args, options, allowPositionals: true }, [...names, ...others])
  const entries = Object.entries(values) as [Name, string[]][]
  for (const [name, [value, ...more]] of entries) {
    if (more.length) throw new Error(`--${name} was given more than once.`)
    if (!value) throw new Error(`--${name} must not be empty.`)
  }
  if (positionals.length > operands)
    throw new Error(
      `there is an argument too many: '${positionals[operands]}'. npm passes on the options that stand after --, and no others.`
    )
  return { values: Object.fromEntries(entries.map(([name, [value]]) => [name, value])) as Values<Name>, positionals }
}

type Values<Name extends string> = Partial<Record<Name, string>>

function parse<Config extends ParseArgsConfig>(config: Config, names: string[]) {
  try {
    return parseArgs(config)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const [option] = (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && /--\w+/.exec(message)) || []
    if (option) throw new Error(`${option} needs a value, after = if that begins with a dash.`, { cause: error })
    const [unknown] = (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && /'-.*?'/.exec(message)) || []
    if (!unknown) throw error
    const known = names.map((each) => `--${each}`).join(', ')
    throw new Error(`there is no option ${unknown}${known && `, only ${known}`}.`, { cause: error })
  }
}
