/** Texts whose parts do not end are looked at once, however long they are. */
import { parseSearch, searchAt } from '../../../srv/odata/expressions/search.ts'
import { tokenize } from '../../../srv/odata/expressions/tokens.ts'
import { val } from '../../../srv/cqn/cqn.ts'
import { nestedItems } from '../../../srv/odata/request/options.ts'
import { problemOfPattern } from '../../../srv/values/pattern.ts'

const LENGTH = 100_000
const long = (part: string) => part.repeat(LENGTH / part.length)
const phrase = `"${long('\\"')}`

it.each<[string, () => unknown]>([
  ['a phrase in $select', () => nestedItems(`id(${phrase})`, '$select', [])],
  ['a phrase in the search of an item', () => nestedItems(`id($search=${phrase})`, '$select', ['$search'])],
  ['searches of items', () => nestedItems(`id(${long('search=\\";')})`, '$select', ['$search'])],
  ['a phrase in a search', () => searchAt(phrase, 0)],
  ['a phrase in an incomplete search', () => parseSearch(`'${phrase}\\'`, () => val(1))],
  ['a phrase in a search of $apply', () => tokenize(`search(${phrase})`, '$apply')],
  ['a class in a pattern', () => problemOfPattern(long('['), { parts: 0 })]
])('takes a moment: %s', (_, read) => {
  const start = process.cpuUsage()
  try {
    read()
  } catch {
    // most are refused
  }
  const { user, system } = process.cpuUsage(start)
  expect((user + system) / 1000).toBeLessThan(1000)
})
