import { query, sharedService, valuesOf } from '../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

beforeAll(async () => {
  for (let day = 1; day <= 6; day++)
    await service.post(path, {
      id: String(day),
      activityDateTime: `2024-05-0${day}T12:00:00Z`,
      durationInMilliseconds: day,
      action: day % 2 ? 'Create' : 'Update',
      changeId: day < 4 ? 'failure' : 'unknownFutureValue',
      initiatedBy: { displayName: 'a'.repeat(day) },
      statusInfo: { status: day < 3 ? 'failure' : 'new' },
      provisioningSteps: [
        { name: 'one', status: 'success' },
        { name: 'two', status: 'failure' }
      ]
    })
})

async function idsOf(options: Record<string, string>, root: string) {
  const answer = await service.get(query(root + path, { $orderby: 'id', ...options }))
  return answer.status === 200 ? valuesOf(answer).map(({ id }) => id) : answer.status
}

type Options = Record<string, string>

const filter = ($filter: string, alias?: string): Options => ({ $filter, ...(alias !== undefined && { '@p': alias }) })
const apply = ($apply: string, alias: string): Options => ({ $apply, '@p': alias })

const ALIASES = [
  [
    filter("activityDateTime gt @p and activityDateTime lt @p add duration'P2D'", '2024-05-01T00:00:00Z'),
    ['1', '2'],
    filter("activityDateTime gt @p and activityDateTime lt @p add duration'P2D'", '2024-05-04T00:00:00Z'),
    ['4', '5']
  ],
  [
    filter('durationInMilliseconds ge @p and durationInMilliseconds add @p gt 6', '2'),
    ['5', '6'],
    filter('durationInMilliseconds ge @p and durationInMilliseconds add @p gt 6', '4'),
    ['4', '5', '6']
  ],
  [
    filter('matchesPattern(initiatedBy/displayName,@p) or changeId eq @p', "'^a{2}$'"),
    ['2'],
    filter('matchesPattern(initiatedBy/displayName,@p) or changeId eq @p', "'^a{4}$'"),
    ['4']
  ],
  [
    filter('length(substring(initiatedBy/displayName,@p)) eq 1 or durationInMilliseconds eq @p', '1'),
    ['1', '2'],
    filter('length(substring(initiatedBy/displayName,@p)) eq 1 or durationInMilliseconds eq @p', '4'),
    ['4', '5']
  ],
  [
    apply('filter(durationInMilliseconds ge @p)/topcount(@p,durationInMilliseconds)', '1'),
    ['6'],
    apply('filter(durationInMilliseconds ge @p)/topcount(@p,durationInMilliseconds)', '3'),
    ['4', '5', '6']
  ],
  [
    { ...filter('durationInMilliseconds ge @q and durationInMilliseconds sub @q lt 1', '2'), '@q': '@p' },
    ['2'],
    { ...filter('durationInMilliseconds ge @q and durationInMilliseconds sub @q lt 1', '5'), '@q': '@p' },
    ['5']
  ]
] satisfies [Options, string[], Options, string[]][]

const LITERALS = [
  [filter('durationInMilliseconds eq round(+4)'), ['4'], filter('durationInMilliseconds eq round(+4.6)'), ['5']],
  [filter('isof(+4,Edm.Int32)'), ['1', '2', '3', '4', '5', '6'], filter('isof(+4.5,Edm.Int32)'), []]
] satisfies [Options, string[], Options, string[]][]

describe('Requests that differ in a literal have answers of their own', () => {
  it.each([...ALIASES, ...LITERALS])('%j', async (first, expected, second, others) => {
    expect(await idsOf(first, '')).toEqual(expected)
    expect(await idsOf(second, '')).toEqual(others)
    expect(await idsOf(first, '')).toEqual(expected)
  })

  it.each(['2024-02-30T00:00:00Z', '0001-01-01T00:00:00+14:00'])('unless it has no value: %s', async (wrong) => {
    for (const name of ['year', 'hour', 'date', 'time', 'totaloffsetminutes']) {
      expect(await idsOf(filter(`${name}(2024-05-01T00:00:00+14:00) ne null`), '')).toHaveLength(6)
      expect([name, await idsOf(filter(`${name}(${wrong}) ne null`), '')]).toEqual([name, 400])
    }
  })

  it('where it is looked for in a list, which may have members of an enumeration', async () => {
    const sought = (text: string) => filter(`'${text}' in (provisioningStatusInfo/status,changeId)`)
    expect(await idsOf(sought('unknownFutureValue'), '/v1.0')).toEqual(['3', '4', '5', '6'])
    expect(await idsOf(sought('failure'), '/v1.0')).toEqual(['1', '2', '3'])
  })
})

it('Literals in a part of a request are not those at the same position in another option', async () => {
  const options = { $filter: "action eq 'Create'", $select: "id,provisioningSteps($filter=status eq 'success')" }
  const read = async () => valuesOf(await service.get(query(path, options))).map((each) => each.provisioningSteps)
  const first = await read()
  expect(first).toMatchObject([[{ name: 'one' }], [{ name: 'one' }], [{ name: 'one' }]])
  expect(await read()).toEqual(first)
})
