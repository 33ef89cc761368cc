/** Whole numbers that are computed (OData JSON 4.01, 3.2 and 4.5.3). */
import { representValue, typeAnnotation } from '../../../srv/odata/response/representation.ts'
import type { JsonFormat } from '../../../srv/odata/request/format.ts'
import type { Property } from '../../../srv/odata/model/types.ts'

const number: Property = { name: 'n', type: 'Edm.Int64', collection: false, key: false, nullable: true }

it.each<[unknown, string | undefined, unknown]>([
  [7, '#Int64', '7'],
  [2 ** 53, '#Int64', '9007199254740992'],
  [JSON.rawJSON('9223372036854775807'), '#Int64', '9223372036854775807'],
  // in SQLite, what 64 bits cannot hold is a double
  [1e20, undefined, 1e20],
  ['INF', '#Double', 'INF'],
  [null, '#Int64', null]
])('%j is of type %j', (value, type, compatible) => {
  expect(typeAnnotation(number, value)).toBe(type)
  expect(representValue(value, number, { ieee754Compatible: true, metadata: 'minimal' } as JsonFormat)).toEqual(
    compatible
  )
})
