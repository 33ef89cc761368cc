/** Requests that are made to hurt: each is refused, or answered, in a moment. */
import { errorOf, PLAIN, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

const times = (count: number, part: (index: number) => string, separator = '') =>
  Array.from({ length: count }, (_, index) => part(index)).join(separator)

beforeAll(async () => {
  const event = {
    id: 'e1',
    activityDateTime: '2024-05-01T10:00:00Z',
    action: 'Create',
    provisioningSteps: [{ name: 'EntryImport' }, { name: 'EntryExportAdd' }]
  }
  expect((await service.post(path, event)).status).toBe(201)
})

describe('An expression that grows by what is put in', () => {
  const doubling = (count: number, twice: (alias: string) => string) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`@a${i}`, i === count - 1 ? 'true' : twice(`@a${i + 1}`)])
    )

  it.each<[string, Record<string, string>]>([
    ['aliases that refer to each other twice', { $filter: '@a0', ...doubling(30, (a) => `${a} and ${a}`) }],
    ['aliases in the arguments of functions', { $filter: '@a0', ...doubling(40, (a) => `not isof(${a}) or ${a}`) }],
    ['a long chain of aliases', { $filter: '@a0', ...doubling(200, (a) => `${a} and true`) }],
    ['an alias that refers to itself', { $filter: '@a', '@a': '@b', '@b': '@a' }],
    ['an alias for a list that refers to itself', { $filter: 'id in @a', '@a': '@a' }],
    [
      'computed values that double',
      { $apply: `compute(length(action) as a0)/${times(18, (i) => `compute(a${i} add a${i} as a${i + 1})`, '/')}` }
    ],
    ['a long chain of compute', { $apply: times(95, (i) => `compute(1 as a${i})`, '/') }],
    ['a chain of topsum', { $apply: times(25, () => 'topsum(1,durationInMilliseconds)', '/') }],
    ['a chain of search', { $apply: times(60, () => 'search(a b c d e f)', '/') }],
    [
      'sets with a long condition',
      { $apply: `concat(${times(19, () => 'identity', ',')})`, $filter: times(490, () => 'id eq null', ' or ') }
    ],
    ['sets of sets', { $apply: `concat(${times(25, () => 'identity', ',')})` }],
    ['rollups, each of which doubles the sets', { $apply: `groupby((${times(280, () => 'rollup($all,id)', ',')}))` }],
    [
      'sets of long chains',
      { $apply: `concat(${times(13, (k) => times(18, (i) => `compute(1 as a${k}b${i})`, '/'), ',')})` }
    ],
    ['lambdas within lambdas', { $filter: times(40, (i) => `provisioningSteps/any(x${i}:`) + 'true' + ')'.repeat(40) }],
    ['a long sum', { $filter: `${times(900, () => '1', ' add ')} eq 1` }],
    ['parts of points in time', { $filter: times(200, () => 'totaloffsetminutes(activityDateTime) eq 1', ' or ') }],
    ['a long order', { $orderby: times(100, () => 'length(action)', ',') }],
    ['deep parentheses', { $filter: '('.repeat(150) + 'true' + ')'.repeat(150) }],
    ['deep negation', { $filter: 'not '.repeat(150) + 'true' }],
    ['many tokens', { $filter: times(600, () => "id eq 'x'", ' or ') }]
  ])('is refused with 400: %s', async (_, options) => {
    const answer = await service.get(query(path, options))
    expect([answer.status, errorOf(answer).message]).toEqual([400, expect.stringMatching(/^[A-Z$].*\.$/)])
  })

  it.each<[string, (count: number) => Record<string, string>]>([
    ['sums', (count) => ({ $filter: `length(action)${times(count, () => ' add 1')} eq 1` })],
    ['sums that are ordered by', (count) => ({ $orderby: `length(action)${times(count, () => ' add 1')}` })],
    ['computed sums', (count) => ({ $compute: `length(action)${times(count, () => ' add 1')} as a` })],
    ['summed sums', (count) => ({ $apply: `aggregate(length(id)${times(count, () => ' add 1')} with sum as a)` })],
    [
      'quotients of items',
      (count) => ({ $select: `provisioningSteps($filter=length(name)${times(count, () => ' divby 2')} eq 1)` })
    ],
    [
      'moved points in time',
      (count) => ({ $filter: `activityDateTime${times(count, () => " add duration'P1D'")} gt now()` })
    ],
    ['comparisons', (count) => ({ $filter: `id eq 'x'${times(count, () => ' eq true')}` })],
    ['negations', (count) => ({ $filter: `${'not '.repeat(count)}contains(id,'x')` })],
    ['casts', (count) => ({ $filter: `${'cast('.repeat(count)}id${',Edm.String)'.repeat(count)} eq 'x'` })],
    ['functions', (count) => ({ $filter: `${'tolower('.repeat(count)}id${')'.repeat(count)} eq 'x'` })],
    ['conditions', (count) => ({ $filter: `${'case(true:'.repeat(count)}'a'${')'.repeat(count)} eq id` })]
  ])('is refused with its position where it is deep in SQL: %s', async (_, options) => {
    for (const count of [...Array(12).keys()].flatMap((each) => [40 + each, 84 + each])) {
      const answer = await service.get(query(path, options(count)))
      if (answer.status === 200) continue
      expect([answer.status, errorOf(answer).message]).toEqual([
        400,
        expect.stringMatching(/^The expression is (nested too deeply|too large .*), at position \d+ of \$/)
      ])
    }
  })

  it('is refused before the work, where it names a list once too often', async () => {
    const list = `(${times(990, () => '1', ',')})`
    const answer = await service.get(query(path, { $filter: times(490, () => '2 in @a', ' or '), '@a': list }))
    const at = `at position ${5 * '2 in @a or '.length + '2 '.length} of $filter`
    expect([answer.status, errorOf(answer).message]).toEqual([400, expect.stringContaining(at)])
  })

  it.each<[string, Record<string, string>]>([
    [
      'a pattern in a list that is named often',
      { $filter: times(100, () => 'true in @a', ' or '), '@a': "(true,matchesPattern(id,'a{600}'))" }
    ],
    ['many alternatives', { $filter: `${times(490, (i) => `id eq 'x${i}'`, ' or ')} or id eq 'e1'` }],
    ['a long list', { $filter: `id in (${times(900, (i) => `'x${i}'`, ',')},'e1')` }],
    ['an alias that is used often', { $filter: times(100, () => '@a', ' and '), '@a': "action eq 'Create'" }],
    ['a lambda in a lambda', { $filter: 'provisioningSteps/any(a:provisioningSteps/any(b:b/name ne a/name))' }],
    ['many computed values', { $compute: times(100, (i) => `${i} as a${i}`, ','), $select: 'id' }],
    ['many terms of a search', { $search: times(20, () => 'create', ' ') }]
  ])('is answered where it stays small: %s', async (_, options) => {
    const answer = await service.get(query(path, options))
    expect([answer.status, valuesOf(answer).map(({ id }) => id)]).toEqual([200, ['e1']])
  })
})

describe('A path or a selection that is long or deep', () => {
  it.each<[string, string]>([
    ['items within items', `targetSystem/details(${times(1300, () => '$select=a(')}$select=a${')'.repeat(1301)}`],
    ['names', `targetSystem/details${times(7000, () => '/a')}`],
    [
      'computed values of items',
      ['provisioningSteps', 'modifiedProperties']
        .map(
          (name) => `${name}($compute=${times(100, (i) => `totaloffsetminutes($it/activityDateTime) as a${i}`, ',')})`
        )
        .join(',')
        .replaceAll(' ', '%20')
    ]
  ])('is refused with 400 in $select: %s', async (_, $select) => {
    expect((await service.get(`${path}?$select=${$select}`)).status).toBe(400)
  })

  it('is refused with 400 as a URL', async () => {
    expect((await service.get(`${path}/e1/targetSystem/details${times(7000, () => '/a')}`)).status).toBe(400)
  })

  it('is answered where it is wide only', async () => {
    const members = times(4000, (index) => (index + 100).toString(36), ',')
    expect((await service.get(`${path}?$select=targetSystem/details($select=${members})`)).status).toBe(200)
  })
})

describe("A name of JavaScript's objects", () => {
  const NAMES = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', '__defineGetter__', 'prototype']

  it.each<[string, (name: string) => Record<string, string>, number]>([
    ['a function', (name) => ({ $filter: `${name}(id) eq 1` }), 400],
    ['an operator', (name) => ({ $filter: `id ${name} 1` }), 400],
    ['the type of a cast', (name) => ({ $filter: `cast(id,${name}) eq 1` }), 400],
    ['a property', (name) => ({ $filter: `${name} eq 1` }), 400],
    ['a property of a complex value', (name) => ({ $filter: `targetSystem/${name} eq 'x'` }), 400],
    ['a lambda operator', (name) => ({ $filter: `provisioningSteps/${name}(s:true)` }), 400],
    ['an alias', (name) => ({ $filter: `id eq @${name}`, [`@${name}`]: "'x'" }), 200],
    ['an alias without a value', (name) => ({ $filter: `id eq @${name}` }), 200],
    ['a member of an open type', (name) => ({ $filter: `targetSystem/details/${name} eq 'x'` }), 200],
    ['what is selected', (name) => ({ $select: name }), 400],
    ['what is ordered by', (name) => ({ $orderby: name }), 400],
    ['what is expanded', (name) => ({ $expand: name }), 400],
    ['a transformation', (name) => ({ $apply: `${name}(id)` }), 501],
    ['a method of aggregation', (name) => ({ $apply: `aggregate(id with ${name} as x)` }), 400],
    ['a format', (name) => ({ $format: name }), 406],
    ['a metadata level', (name) => ({ $format: `application/json;odata.metadata=${name}` }), 406],
    ['a token', (name) => ({ $skiptoken: name }), 400],
    ['a query option', (name) => ({ [name]: '1' }), 400]
  ])('means nothing as %s', async (_, options, expected) => {
    for (const name of NAMES) {
      const { status } = await service.get(query(path, options(name)))
      expect([name, status]).toEqual([name, expected])
    }
  })

  it.each(NAMES.filter((name) => name !== '__proto__'))('may be that of a computed value: %s', async (name) => {
    const shown = async (options: Record<string, string>) => {
      const answer = await service.get(query(path, options), PLAIN)
      expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
      return valuesOf(answer)
    }
    const computed = { $compute: `concat(id,'!') as ${name}` }
    expect(await shown({ ...computed, $select: `id,${name}`, $filter: `${name} eq 'e1!'`, $orderby: name })).toEqual([
      { id: 'e1', [name]: 'e1!' }
    ])
    expect(await shown({ ...computed, $select: 'id' })).toEqual([{ id: 'e1' }])
    expect(await shown({ $apply: `aggregate($count as ${name})` })).toEqual([{ [name]: 1 }])
    expect(await shown({ $apply: `compute(1 as ${name})/groupby((${name}))` })).toEqual([{ [name]: 1 }])
  })

  it('is stored as a member of an open type like any other', async () => {
    for (const name of NAMES) {
      const body = `{"activityDateTime":"2024-05-01T10:00:00Z","targetSystem":{"details":{"${name}":{"${name}":"x"}}}}`
      const { text } = await service.post(path, body)
      const { id } = JSON.parse(text) as Json
      expect((await service.get(`${path}/${String(id)}/targetSystem/details/${name}/${name}/$value`)).text).toBe('x')
    }
  })
})

it('$apply takes no number that is larger than any number of rows', async () => {
  for (const $apply of ['top(1000000000000000000000000000000)', 'top(1e30)', 'skip(1e30)', 'topcount(1e30,id)'])
    expect([$apply, (await service.get(query(path, { $apply }))).status]).toEqual([$apply, 400])
})

describe('What an error repeats of a request is cut in the middle', () => {
  const long = 'X'.repeat(1_000_000)

  it.each<[string, string, object, string, string]>([
    ['the name of a property', path, { activityDateTime: '2024-05-01T10:00:00Z', [long]: 1 }, long, 'has no property'],
    [
      'a method in a batch',
      '/$batch',
      { requests: [{ id: '1', method: long, url: path }] },
      'requests/0',
      'requests with the method'
    ]
  ])('%s', async (_what, url, body, target, message) => {
    const answer = await service.post(url, body)
    const error = errorOf(answer)
    expect([answer.status, error.message]).toEqual([400, expect.stringContaining(message)])
    expect(error.message).toMatch(/^[^…]{1000}…[^…]{999}$/)
    expect(error.target).toBe(target === long ? `${'X'.repeat(1000)}…${'X'.repeat(999)}` : target)
  })
})

describe('A literal is a value wherever it stands, and no part of the statement', () => {
  it.each([
    "'id'",
    "'no such column'",
    "'it''s'",
    "'1) from nothing --'",
    "'(select 1)'",
    "''",
    '2024-05-01T00:00:00Z'
  ])('where it is aggregated: %s', async (literal) => {
    const methods = ['countdistinct', 'min', 'max'].map((method) => `${literal} with ${method} as ${method}`)
    const of = "filter(id eq 'e1')"
    const $apply = `aggregate(${methods.join(',')},$count as n)`
    const shown = /^'/.test(literal) ? literal.slice(1, -1).replace("''", "'") : '2024-05-01T00:00:00.0000000Z'
    const expected = { countdistinct: 1, min: shown, max: shown, n: 1 }
    expect(valuesOf(await service.get(query(path, { $apply: `${of}/${$apply}` }), PLAIN))).toEqual([expected])
    const groups = valuesOf(await service.get(query(path, { $apply: `${of}/groupby((action),${$apply})` }), PLAIN))
    expect(groups).toEqual([{ action: 'Create', ...expected }])
  })

  it.each(['$."may_contain(a,b,c', '$."may_contain(a,b,1/0)', "$.\"may_contain(a,b,'c')", '$."a\'b'])(
    'where it looks like a path in JSON: %s',
    async (changeId) => {
      const { body } = await service.post(path, { activityDateTime: '2024-05-01T10:00:00Z', changeId })
      const text = JSON.stringify(changeId)
      for (const [option, value] of [
        ['$search', text],
        ['$filter', `changeId in [${text}]`]
      ] as const)
        expect(valuesOf(await service.get(query(path, { [option]: value }))).map(({ id }) => id)).toEqual([body.id])
    }
  )

  it.each<[string, unknown]>([
    ["length('id')", 2],
    ["indexof('id','d')", 1],
    ["tolower('ID')", 'id'],
    ["toupper('id')", 'ID'],
    ["trim(' id ')", 'id'],
    ["concat('id','action')", 'idaction'],
    ["substring('id',1)", 'd'],
    ["contains('id','action')", false],
    ["startswith('id','i')", true],
    ["endswith('id','d')", true],
    ["matchesPattern('id','^id$')", true],
    ["cast('id',Edm.Int32)", null],
    ["case('id' eq 'action':'a',true:'id')", 'id'],
    ["'id' in ('action','id')", true]
  ])('in %s', async (expression, expected) => {
    const answer = await service.get(
      query(path, { $compute: `${expression} as v`, $select: 'v', $filter: "id eq 'e1'" }),
      PLAIN
    )
    expect(valuesOf(answer)).toEqual([{ v: expected }])
  })
})
