/** Query options (OData URL Conventions 4.01, 5.1). */
import { RequestError } from '../../errors/errors.ts'
import { searchAt } from '../expressions/search.ts'

/** The value of `$count`. @throws {RequestError} 400 if it is neither `true` nor `false`, in any case as in the ABNF */
export function isCounted(options: Map<string, string>): boolean {
  const value = options.get('$count')?.toLowerCase() ?? 'false'
  if (value === 'true' || value === 'false') return value === 'true'
  throw new RequestError('invalidQueryOption', '$count must be true or false.', '$count')
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

/**
 * Parses query options in parentheses, in items of `$expand` and `$select` (5.1.3 and 5.1.4).
 * @param option `$expand` or `$select`, for errors
 * @param allowed the options that an item may have
 * @returns the items with their options, undefined where there are no parentheses
 * @throws {RequestError} 400 for an option that is unknown, repeated or without a value, 501 for one that is not
 *   implemented
 */
export function nestedItems(value: string, option: string, allowed: readonly string[]) {
  return split(value, ',').map((item) => {
    const found = /^([^()]*)(?:\((.*)\))?$/s.exec(item.trim())
    if (!found) {
      const message = `The parentheses or quotes of '${item.trim()}' in ${option} do not match.`
      throw new RequestError('invalidQueryOption', message, option)
    }
    const [, name = '', nested] = found
    if (/(?:^|\/)@/.test(name)) throw notImplemented('annotations', option)
    return { name: name.trim(), options: nested === undefined ? undefined : nestedOptions(nested, option, allowed) }
  })
}

function nestedOptions(text: string, option: string, allowed: readonly string[]) {
  const options = new Map<string, string>()
  for (const part of split(text, ';')) {
    const [, sign, name, value = ''] = /^\s*([$@]?)(\w+)\s*=(.*)$/s.exec(part) ?? []
    if (!name) throw new RequestError('invalidQueryOption', `'${part.trim()}' in ${option} is no query option.`, option)
    const key = `$${name.toLowerCase()}`
    if (sign === '@') throw notImplemented('parameter aliases', option)
    if (key === '$levels' || key === '$apply') throw notImplemented(key, option)
    if (options.has(key))
      throw new RequestError('invalidQueryOption', `${option} has ${key} twice for an item.`, option)
    options.set(key, value.trim())
  }
  checkOptions(options, allowed)
  return options
}

function notImplemented(what: string, option: string) {
  return new RequestError('notImplemented', `The service does not implement ${what} in ${option}.`, option)
}

/** A phrase may lack its end, as in searchAt. */
const PIECE = /(?=\$?search)(?<=(?:^|[(;])\s*)\$?search\s*=|'(?:[^']|'')*'|"(?:[^"\\]|\\.?)*(?:"|$)|./isy

/** Splits a text at a separator outside quotes, parentheses, and searches, whose words may have single quotes. */
function split(text: string, separator: ',' | ';'): string[] {
  const parts = ['']
  let depth = 0
  for (let position = 0; position < text.length;) {
    PIECE.lastIndex = position
    const [found] = PIECE.exec(text) as RegExpExecArray
    const isSearch = found.length > 1 && found.endsWith('=')
    const piece = isSearch ? found + searchAt(text, position + found.length) : found
    if (piece === '(') depth++
    if (piece === ')') depth--
    if (piece === separator && depth === 0) parts.push('')
    else parts[parts.length - 1] += piece
    position += piece.length
  }
  return parts
}
