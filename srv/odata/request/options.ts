/** Query options with simple values (OData URL Conventions 4.01, 5.1). */
import { RequestError } from '../../errors/errors.ts'

/** @throws {RequestError} 400 if the option is neither `true` nor `false` */
export function booleanOption(options: Map<string, string>, name: string): boolean {
  const value = options.get(name)
  if (value === undefined || value === 'false') return false
  if (value === 'true') return true
  throw new RequestError('invalidQueryOption', `${name} must be true or false.`, name)
}

/** @throws {RequestError} 400 if the option is not a whole number of 0 or more */
export function integerOption(options: Map<string, string>, name: string): number | undefined {
  const value = options.get(name)
  if (value === undefined) return undefined
  const number = Number(value)
  if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return number
  throw new RequestError('invalidQueryOption', `${name} must be a whole number of 0 or more.`, name)
}

/** @throws {RequestError} 400 for an option that the resource does not take; none is silently ignored */
export function checkOptions(options: Map<string, string>, allowed: readonly string[]) {
  for (const name of options.keys()) {
    if (!allowed.includes(name))
      throw new RequestError('invalidQueryOption', `This resource does not take the query option ${name}.`, name)
  }
}
