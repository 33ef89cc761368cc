/** The text of an entity as an expression of its columns: see model/template.ts. Making it takes less time than reading it. */
import { concatenated, jsonText, octets } from '../../database/dialect.ts'
import { anyOf, constant, func, named, ref, xpr, type Cqn } from '../../cqn/cqn.ts'
import type { ServiceSchema } from '../model/schema.ts'
import { absent, type ColumnPart, type ComplexPart, type Template } from '../model/template.ts'

/**
 * The text of entities, or of what is selected of them. Entities that an earlier release stored have their whole text
 * in a column.
 */
export function entityText(stored: ServiceSchema['stored'], template: Template): Cqn {
  const text = objectText(template)
  return template === stored.template ? func('ifnull', ref(stored.type.hidden.representation), text) : text
}

function objectText(template: Template): Cqn {
  return concatenated(...template.map((part) => (typeof part === 'string' ? part : valueText(part))))
}

function valueText(part: ColumnPart | ComplexPart): Cqn {
  if (part.kind === 'column')
    return part.json ? func('ifnull', ref(part.column), xpr(`'${absent(part)}'`)) : jsonText(ref(part.column))
  const { column = '', templates = [] } = part.derived ?? {}
  const exists = existence(part)
  const derivations = [...templates].flatMap(([name, inner]) => {
    return ['when', exists, 'and', ref(column), '=', constant(name), 'then', objectText(inner)]
  })
  return xpr('case', ...derivations, 'when', exists, 'then', objectText(part.template), "else 'null' end")
}

const existence = ({ columns, marks, emptyObjects }: ComplexPart) =>
  anyOf(
    ...columns.map((column) => xpr(ref(column), 'is not null')),
    ...marks.map((mark) => xpr(func('instr', ref(emptyObjects), constant(mark)), '> 0'))
  )

/** The columns that the text is made of outside of the database: see `textOf` in model/template.ts. */
export function columnsIn(template: Template): Cqn[] {
  return template.flatMap((part) => {
    if (typeof part === 'string') return []
    if (part.kind === 'column') return [ref(part.column)]
    const { name, derived } = part
    const types = derived ? [ref(derived.column), ...[...derived.templates.values()].flatMap(columnsIn)] : []
    return [named(existence(part), name), ...types, ...columnsIn(part.template)]
  })
}

/** The most bytes that the text may have, by the lengths of columns, which the database knows without reading them. */
export function mostBytesOf(stored: ServiceSchema['stored'], template: Template): Cqn {
  const parts = partsOf(template)
  const constant = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : NO_VALUE), 0)
  const columns = parts.filter((part) => typeof part !== 'string')
  const factors = new Map(columns.map(({ column, json }) => [column, json ? 1 : LONGEST_ESCAPE]))
  const lengths = [...factors].flatMap(([column, factor]) => ['+', octets(ref(column)), `* ${factor}`])
  const whole = template === stored.template ? ['+', octets(ref(stored.type.hidden.representation))] : []
  return xpr(`${constant}`, ...whole, ...lengths)
}

/** The bytes of `null`, or of the quotes around a text. */
const NO_VALUE = 4
/** The bytes of `\u0001`, for a character of one byte. */
const LONGEST_ESCAPE = 6

/** Whether a template has a column with JSON, at any level. */
export const hasJson = (template: Template) => partsOf(template).some((part) => typeof part !== 'string' && part.json)

/** The texts and columns in a template, at any level. */
function partsOf(template: Template): (string | ColumnPart)[] {
  return template.flatMap((part) => {
    if (typeof part === 'string' || part.kind === 'column') return [part]
    return [part.template, ...(part.derived?.templates.values() ?? [])].flatMap(partsOf)
  })
}
