import { errorOf, query } from '../../support/service.ts'
import { startWithEvents } from './events.ts'

const { service, path, ids } = startWithEvents()

describe('$search', () => {
  const old = 'activityDateTime gt 2001-01-01'

  it.each<[string, string[]]>([
    ['conflict', ['e2']],
    ['scim', ['e3', 'e4', 'e2', 'e1']],
    ['scim AND failure', ['e3', 'e2']],
    ['scim failure', ['e3', 'e2']],
    ['conflict OR update', ['e3', 'e2']],
    ['NOT scim.1', ['e3', 'e4']],
    ['create NOT conflict', ['e1']],
    ['"exists already"', ['e2']],
    ['"in \\"contoso\\""', ['e1']],
    ['(conflict OR update) AND scim.1', ['e2']],
    ['GRÖSSE OR größe', ['e1']],
    ['ann@example.com', ['e1']],
    ['app-2', ['e2']],
    ['ApplicationId', []],
    ['statusDetails', []],
    ['100%', []],
    ['scim_1', []]
  ])('%s', async ($search, expected) => expect(await ids({ $search, $filter: old })).toEqual(expected))

  it('finds no types of members, which are no data (OData JSON 4.01, 4.6.3)', async () => {
    const details = {
      size: '5',
      'size@odata.type': '#Int64',
      within: { 'at@type': 'Date', at: '2024-05-01' },
      type: 'Guid'
    }
    const event = { id: 'typed', activityDateTime: '2000-01-01T00:00:00Z', targetSystem: { details } }
    expect((await service.post(path, event)).status).toBe(201)
    const found = async (term: string) => ids({ $search: `${term} AND typed` })
    expect([await found('int64'), await found('date')]).toEqual([[], []])
    expect([await found('guid'), await found('"2024-05-01"')]).toEqual([['typed'], ['typed']])
  })

  it('narrows $count', async () => {
    expect((await service.get(query(`${path}/$count`, { $search: 'failure' }))).text).toBe('2')
  })

  it.each<[string, string[]]>([
    ['OR', ['e2', 'e1']],
    ['scim AND', []],
    ['NOT NOT', ['e3', 'e4', 'e2', 'e1']],
    ['(conflict OR)', ['e2']],
    ['OR conflict', ['e2']],
    ['conflict OR OR update', ['e2']],
    ['AND OR NOT create', ['e3', 'e4']]
  ])('%s has words where no operator can stand', async ($search, expected) =>
    expect(await ids({ $search, $filter: old })).toEqual(expected)
  )

  it.each<[string, string[]]>([
    ["'confl'", ['e2']],
    [`'"exists alr'`, ['e2']],
    [`'"exists" "alre'`, ['e2']],
    ["'(conflict OR upd'", ['e3', 'e2']],
    ["'scim AND (fail'", ['e3', 'e2']],
    ["'scim (NOT fail'", ['e4', 'e1']],
    [`'confl" exists'`, ['e2']],
    ["'() (conflict) )'", ['e2']],
    [" 'ann@ex' ", ['e1']],
    ["'it''s'", []],
    ["''", ['e3', 'e4', 'e2', 'e1']],
    [`'"'`, ['e3', 'e4', 'e2', 'e1']],
    ["'('", ['e3', 'e4', 'e2', 'e1']]
  ])('%s is incomplete, which the quotes allow', async ($search, expected) =>
    expect(await ids({ $search, $filter: old })).toEqual(expected)
  )

  it.each(['', '"open', '(a', 'a)', '""', '"a"b', 'a"b"', '()', "'a' (", "'a"])('refuses %j', async ($search) => {
    const answer = await service.get(query(path, { $search }))
    expect([answer.status, errorOf(answer).target]).toEqual([400, '$search'])
  })
})
