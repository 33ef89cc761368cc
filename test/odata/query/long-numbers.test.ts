/** Numbers of open types that no double can hold: they are shown as they were sent, and computed with as infinite or zero. */
import { errorOf, PLAIN, query, sharedService, valuesOf } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const huge = '"huge":1e400,"tiny":1e-400,"lowest":-1.5e999999,"long":123456789012345678901234567890,"exact":0.1000'

beforeAll(async () => {
  const event = (id: string, details: string) =>
    `{"id":"${id}","activityDateTime":"2024-05-01T10:00:00Z","targetSystem":{"details":{${details}}},
      "provisioningSteps":[{"name":"Export","details":{${details}}}]}`
  for (const text of [event('a', huge), event('b', '"huge":7,"tiny":7,"lowest":7,"long":7,"list":[1,2],"o":{"p":1}')])
    expect((await service.post(path, text)).status).toBe(201)
})

describe('Numbers that no double can hold', () => {
  it.each([
    ['targetSystem/details/huge gt 7', 'a'],
    ['targetSystem/details/huge eq INF', 'a'],
    ['targetSystem/details/huge eq 7', 'b'],
    ['targetSystem/details/tiny eq 0', 'a'],
    ['targetSystem/details/lowest lt 0 and targetSystem/details/lowest eq -INF', 'a'],
    ['targetSystem/details/long gt 1e29', 'a'],
    ['targetSystem/details/huge add 1 gt 8', 'a'],
    ['round(targetSystem/details/tiny) eq 0', 'a'],
    ["cast(targetSystem/details/huge,Edm.String) eq 'INF'", 'a'],
    ['cast(targetSystem/details/huge,Edm.Int64) eq null', 'a'],
    [
      "cast('1e99999',Edm.Double) eq INF and cast('-1e99999',Edm.Double) eq -INF and cast('1e-99999',Edm.Double) eq 0",
      'ab'
    ],
    ["cast('0.0e99999',Edm.Double) eq 0", 'ab'],
    ['provisioningSteps/any(s:s/details/huge gt 7)', 'a'],
    ['provisioningSteps/$count($filter=details/lowest lt 0) eq 1', 'a']
  ])('compare as infinite or zero: %s', async ($filter, expected) => {
    const answer = await service.get(query(path, { $filter, $orderby: 'id', $select: 'id' }))
    expect([answer.status, valuesOf(answer).map(({ id }) => id)]).toEqual([200, [...expected]])
  })

  it.each([
    ['targetSystem/details/huge', 'ba'],
    ['targetSystem/details/lowest', 'ab'],
    ['targetSystem/details/tiny desc', 'ba']
  ])('are ordered: %s', async ($orderby, expected) =>
    expect(valuesOf(await service.get(query(path, { $orderby }))).map(({ id }) => id)).toEqual([...expected])
  )

  it('are summed up', async () => {
    const $apply = 'aggregate(targetSystem/details/huge with sum as s,targetSystem/details/tiny with sum as t)'
    expect(valuesOf(await service.get(query(path, { $apply }), PLAIN))).toEqual([{ s: 'INF', t: 7 }])
  })

  it('are the largest and the smallest', async () => {
    const $apply = 'aggregate(targetSystem/details/huge with max as s,targetSystem/details/lowest with min as t)'
    expect(valuesOf(await service.get(query(path, { $apply }), PLAIN))).toEqual([{ s: 'INF', t: '-INF' }])
  })

  it.each([
    ['huge', '1e400', '1e400'],
    ['lowest', '-1.5e999999', '-1.5e999999'],
    ['tiny', '1e-400', '0'],
    ['long', '123456789012345678901234567890', '1.2345678901234568e+29'],
    ['exact', '0.1000', '0.1']
  ])('are shown as they were sent, but as doubles by themselves where there is one: %s', async (name, text, double) => {
    const member = `targetSystem/details/${name}`
    expect((await service.get(`${path}/a/${member}/$value`)).text).toBe(text)
    expect((await service.get(`${path}/a/${member}`)).text).toContain(`"value":${text}}`)
    const $filter = "id eq 'a'"
    expect((await service.get(query(path, { $filter, $compute: `${member} as v`, $select: 'v' }))).text).toContain(
      `"v":${double}}`
    )
    const $apply = `filter(${$filter})/groupby((${member}))`
    expect((await service.get(query(path, { $apply }))).text).toContain(`"${name}":${double}}`)
  })
})

describe('Texts beside numbers of any length', () => {
  const many = (text: string) => Array.from({ length: 190_000 }, () => text).join()
  it.each([
    ['whose exponent is long', 'e', '1e999999'],
    ['with more digits than databases compute with', 'd', `-${'9'.repeat(200_000)}`],
    ['with as many behind the point', 'p', `0.${'3'.repeat(200_000)}`],
    ['whose exponents stand for more digits than there is memory for', 'm', many('1e9999')]
  ])('are found: numbers %s', async (_, id, numbers) => {
    const details = `{"numbers":[${numbers}],"text":"say \\"${id}-word\\""}`
    const event = `{"id":"${id}","activityDateTime":"2024-05-01T10:00:00Z","targetSystem":{"details":${details}}}`
    expect((await service.post(path, event)).status).toBe(201)
    const searched = await service.get(query(path, { $search: `"say \\"${id}-w"`, $select: 'id' }))
    expect([searched.status, valuesOf(searched).map((each) => each.id)]).toEqual([200, [id]])
  })
})

describe('A member of an open type that is no primitive value', () => {
  it.each(['list', 'o'])('has no raw value: %s', async (name) => {
    const answer = await service.get(`${path}/b/targetSystem/details/${name}/$value`)
    expect([answer.status, errorOf(answer).message]).toEqual([
      404,
      `'targetSystem/details/${name}' is no primitive value.`
    ])
  })
})

describe('Numbers of any number of digits', () => {
  it.each([
    ['n0', '1' + '0'.repeat(2000), 'INF'],
    ['n1', '-' + '9'.repeat(200_000), '-INF'],
    ['n2', '0.' + '0'.repeat(200_000) + '1', '0'],
    ['n3', '0.1' + '0'.repeat(20_000) + '1', '0.1'],
    ['n4', '1' + '0'.repeat(2000) + 'e-2000', '1'],
    ['n5', '0.' + '0'.repeat(1999) + '25e2000', '2.5'],
    ['n6', '1e0000000000099999', 'INF'],
    ['n7', '1e-0000000000999999', '0'],
    ['n8', '1e0000000000000001', '10']
  ])('compare as what they stand for: %s', async (id, number, double) => {
    const event = `{"id":"${id}","activityDateTime":"2024-05-01T10:00:00Z","targetSystem":{"details":{"d":${number}}}}`
    expect((await service.post(path, event)).status).toBe(201)
    const found = [`id eq '${id}' and targetSystem/details/d eq ${double}`, `id eq '${id}'`]
    for (const $filter of found) {
      const answer = await service.get(query(path, { $filter, $orderby: 'targetSystem/details/d', $select: 'id' }))
      expect([answer.status, valuesOf(answer).map((each) => each.id)]).toEqual([200, [id]])
    }
  })
})
