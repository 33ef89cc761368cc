/** Values of enumerations in expressions. They are texts: the names of members. */
import { val, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { Enumeration, Typed } from '../../cqn/typed.ts'
import { anyCase, byBytes } from '../../database/dialect.ts'
import { memberOfLiteral } from '../model/enumerations.ts'
import type { Parser } from './parsing.ts'

/** The member that a stored text is shown as. */
export function memberShown(text: Cqn, { members, unknown }: Enumeration): Cqn {
  const cases = members.map((each) => `when '${each}' then '${each}'`).join(' ')
  // in SQLite a collation within an expression holds for all of it
  return byBytes(xpr('case', anyCase(text), `${cases} else case when`, text, `is not null then '${unknown}' end end`))
}

/**
 * A literal that is compared with a value of an enumeration, as the member that it names; any other value as it is.
 * @throws {RequestError} 400 if it names no member, or is of another enumeration
 */
export function asMember({ cursor }: Parser, each: Typed, { enumeration }: Typed): Typed {
  const { cqn, literalOf, position } = each
  if (!enumeration || !('val' in cqn) || typeof cqn.val !== 'string') return each
  if (literalOf !== undefined && literalOf !== enumeration.name)
    return cursor.fail(`A value of '${enumeration.name}' cannot be compared with one of '${literalOf}'`, position)
  const member = memberOfLiteral(enumeration, cqn.val)
  if (member === undefined) return cursor.fail(`'${cqn.val}' is no member of '${enumeration.name}'`, position)
  // conditions on the unknown member differ from those on others, so no plan may put it in, nor another in its place
  const read = (text: string) => {
    const found = memberOfLiteral(enumeration, text)
    return found === enumeration.unknown ? undefined : found
  }
  return {
    ...each,
    cqn: val(member, member === enumeration.unknown ? undefined : cqn.source && { ...cqn.source, read })
  }
}
