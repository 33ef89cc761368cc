/** Texts in items of collections: in JSON they may look different, and SQL looks for them there before it reads the JSON. */
import { query, sharedService, valuesOf } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

const TEXTS = [
  'plain',
  'PLAIN',
  'a "quoted" one',
  'back\\slash',
  'a/b',
  'ä ö ü',
  'İstanbul',
  'Kelvin',
  'kelvin',
  'Σίσυφος',
  '😀',
  'line\nbreak',
  '100 %',
  '100_%',
  "it's",
  '',
  ' ',
  'null',
  'x'.repeat(100),
  `${'x'.repeat(99)}y`
]

beforeAll(async () => {
  for (const [index, newValue] of TEXTS.entries()) {
    const modifiedProperties = [
      { displayName: 'other', newValue: null },
      { displayName: `name ${index}`, newValue }
    ]
    const event = { id: `${index}`, activityDateTime: '2024-05-01T00:00:00Z', modifiedProperties }
    expect((await service.post(path, event)).status).toBe(201)
  }
  const none = { id: 'none', activityDateTime: '2024-05-01T00:00:00Z' }
  expect((await service.post(path, none)).status).toBe(201)
})

const found = async ($filter: string) =>
  valuesOf(await service.get(query(path, { $filter })))
    .map(({ id }) => String(id))
    .sort()
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
const all = [...TEXTS.keys(), 'none'].map(String)
const without = (index: number) => all.filter((each) => each !== `${index}`).sort()

it.each(TEXTS.map((text, index) => [text, index] as const))(
  '%j is found in items, and nothing else',
  async (text, index) => {
    expect(await found(`modifiedProperties/any(p:p/newValue eq ${quoted(text)})`)).toEqual([`${index}`])
    expect(await found(`not modifiedProperties/any(p:p/newValue eq ${quoted(text)})`)).toEqual(without(index))
    const containing = TEXTS.flatMap((each, other) => (each.includes(text) ? [`${other}`] : [])).sort()
    expect(await found(`modifiedProperties/any(p:contains(p/newValue,${quoted(text)}))`)).toEqual(containing)
    const starting = TEXTS.flatMap((each, other) => (each.startsWith(text) ? [`${other}`] : [])).sort()
    expect(await found(`modifiedProperties/any(p:startswith(p/newValue,${quoted(text)}))`)).toEqual(starting)
    const both = `p/displayName eq 'name ${index}' and p/newValue eq ${quoted(text)}`
    expect(await found(`modifiedProperties/any(p:${both})`)).toEqual([`${index}`])
    expect(await found(`modifiedProperties/$filter(${both.replaceAll('p/', '')})/any()`)).toEqual([`${index}`])
  }
)

it.each([
  ["modifiedProperties/any(p:p/newValue eq 'plain' or p/displayName eq 'name 1')", ['0', '1']],
  ["modifiedProperties/any(p:not (p/displayName eq 'other') and p/newValue eq 'plain')", ['0']],
  ["modifiedProperties/all(p:p/displayName eq 'other')", ['none']],
  ["modifiedProperties/any(p:p/newValue eq 'nowhere')", []],
  ["modifiedProperties/any(p:p/displayName eq 'other' and p/newValue eq 'plain')", []]
])('%s finds %j', async (filter, ids) => expect(await found(filter)).toEqual(ids))
