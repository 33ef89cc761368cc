/** What the model asks of the values that are sent, besides their types: its annotations for input, and its defaults. */
import { RE2JS } from 're2js'
import type { Element, Value } from '../../cqn/csn.ts'
import type { Refuse } from './supported.ts'

export interface Input {
  /** Whether a value must be sent, and no blank text; events from before that was asked may have none. */
  mandatory?: true
  /** Whether what is sent is ignored, as the service knows better (Core vocabulary, `Computed`). */
  computed?: true
  /** The value of a property that is not sent. */
  initial?: Value
  /** The only values that there are. */
  values?: Value[]
  /** A regular expression that a part of the text matches. */
  format?: RE2JS
  range?: Range
}

export interface Range {
  least: number
  most: number
  /** Whether the range is without its ends. */
  above: boolean
  below: boolean
}

/** Reads what an element asks for; undefined for most, which ask for nothing. */
export function inputOf(element: Element, refuse: Refuse): Input | undefined {
  const { '@assert.format': format, '@assert.range': range, enum: members } = element
  const initial = element.default
  if (initial && initial.val === undefined) refuse('has a default that is not a literal')
  const isClosed = members && Boolean(range ?? element['@assert.enum'])
  const input: Input = {
    ...(element['@mandatory'] === true && { mandatory: true }),
    ...((element['@readonly'] ?? element['@Core.Computed']) === true && { computed: true }),
    ...(initial?.val != null && { initial: initial.val }),
    ...(isClosed && { values: Object.entries(members).map(([name, { val }]) => val ?? name) }),
    ...(typeof format === 'string' && { format: formatOf(format, refuse) }),
    ...(Array.isArray(range) && !members && { range: rangeOf(element, range as End[], refuse) })
  }
  return Object.keys(input).length ? input : undefined
}

function formatOf(format: string, refuse: Refuse) {
  try {
    return RE2JS.compile(format)
  } catch {
    return refuse('has an @assert.format that RE2 does not take as a regular expression')
  }
}

type End = number | { '='?: string; val?: number }

/** An end is a number, `_` if there is none, or in parentheses if it does not belong to the range. */
function rangeOf({ _type = '' }: Element, [least, most]: End[], refuse: Refuse): Range {
  const numberOf = (end: End | undefined) => (typeof end === 'object' ? end.val : end)
  const isOpen = (end: End | undefined) => typeof end === 'object' && end['='] === '_'
  const range = {
    least: isOpen(least) ? -Infinity : numberOf(least),
    most: isOpen(most) ? Infinity : numberOf(most),
    above: typeof least === 'object' && !isOpen(least),
    below: typeof most === 'object' && !isOpen(most)
  }
  if (!/Int/.test(_type) || typeof range.least !== 'number' || typeof range.most !== 'number')
    refuse('has an @assert.range that is not one of whole numbers')
  return range as Range
}
