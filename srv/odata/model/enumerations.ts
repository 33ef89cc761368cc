/**
 * Enumerations. What is stored is text, and any text may come from a shape of the same entity that has no enumeration:
 * a text is the member that it names in any case of ASCII letters, or else the member that stands for unknown ones.
 */
import type { Enumeration } from '../../cqn/typed.ts'
import type { Element } from '../../cqn/csn.ts'
import { remembered } from '../../values/remembered.ts'

/**
 * Reads an enumeration from a type in the model: one of strings whose annotation `@odata.unknownMember` names a member.
 * @returns undefined for any other type
 */
export function enumerationOf(name: string | undefined, definition: Element | undefined): Enumeration | undefined {
  const unknown = definition?.['@odata.unknownMember'] as string | undefined
  if (name === undefined || unknown === undefined) return undefined
  return { name, members: Object.keys(definition?.enum ?? {}), unknown }
}

const inLowerCase = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/** The members by their names, as they are and in lower case. A body may have 30,000 values to look up. */
const byName = remembered(
  ({ members }: Enumeration) =>
    new Map(members.flatMap((each) => [inLowerCase(each), each].map((name) => [name, each])))
)

/** The member with a name, in any case; undefined if there is none. */
export function memberNamed(enumeration: Enumeration, name: string): string | undefined {
  const members = byName(enumeration)
  return members.get(name) ?? members.get(inLowerCase(name))
}

/** The member that a literal names, by its name or its value (OData ABNF 4.01, `singleEnumValue`). */
export function memberOfLiteral(enumeration: Enumeration, text: string): string | undefined {
  return memberNamed(enumeration, text) ?? (/^\d{1,9}$/.test(text) ? enumeration.members[Number(text)] : undefined)
}

/** The member that a stored text is shown as. */
export const memberFor = (enumeration: Enumeration, text: string): string =>
  memberNamed(enumeration, text) ?? enumeration.unknown
