const efforts = { short: 0, full: 1, soak: 2 }

/**
 * How often a test by chance or by force tries, which `FORCE` in the environment says.
 * @param amounts for a `short` run, which is the default, a `full` one, and a `soak`, which takes hours
 */
export function effort(...amounts: [short: number, full: number, soak: number]): number {
  const name = process.env.FORCE ?? 'short'
  if (!Object.hasOwn(efforts, name))
    throw new Error(`FORCE is one of ${Object.keys(efforts).join(', ')}, not '${name}'.`)
  return amounts[efforts[name as keyof typeof efforts]] as number
}
