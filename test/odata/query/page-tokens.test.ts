import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exchange } from '../../../srv/odata/request/exchange.ts'
import type { LinkTokens } from '../../../srv/odata/request/link-tokens.ts'
import { toToken, type TokenName } from '../../../srv/odata/query/paging.ts'
import { linkTokensOf } from '../../support/link-tokens.ts'
import { startProcess, temporaryFolder } from '../../support/process.ts'
import { errorOf, query, sharedService, valuesOf } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const tracked = { Prefer: 'track-changes' }
let tokens: LinkTokens

beforeAll(async () => {
  const event = (i: number) => ({ id: `e${i}`, activityDateTime: '2024-05-01T00:00:00Z' })
  const requests = Array.from({ length: 1000 }, (_, i) => ({ id: `${i}`, method: 'POST', url: path, body: event(i) }))
  await service.post('/$batch', { requests })
  await service.post(path, event(1000))
  tokens = await linkTokensOf(service.file)
})

const optionsOf = (link: unknown) => Object.fromEntries(new URL(link as string).searchParams)
const nextOf = async (options: Record<string, string>) =>
  optionsOf((await service.get(query(path, options))).body['@odata.nextLink'])
const deltaOf = async (options: Record<string, string> = { $filter: "id eq 'x'" }) =>
  optionsOf((await service.get(query(path, options), tracked)).body['@odata.deltaLink'])

/** A token with any content, as only somebody who has the secret can write it. */
function forged(name: TokenName, position: unknown) {
  const exchange = { tokens, scope: { key: '', literals: [] } } as unknown as Exchange
  return toToken(exchange, name, position as never, new Map())
}

/** The same for what the service could not write. */
const written = (name: TokenName, position: unknown) =>
  tokens.write(JSON.stringify(position), JSON.stringify([name, [], []]))

async function refusal(options: Record<string, string>) {
  const answer = await service.get(query(path, options))
  return [answer.status, errorOf(answer)?.code, errorOf(answer)?.target, errorOf(answer)?.message]
}

const refused = (name: TokenName) => [
  400,
  'invalidQueryOption',
  name,
  `${name} is not one that this service gave for this request.`
]

describe('A token that the service did not write', () => {
  it.each(['', '.', 'x.y', 'AAAA', '100', '%00', '{}', 'é', 'A'.repeat(40), 'A'.repeat(4000)])(
    'is refused: %j',
    async (token) => {
      expect(await refusal({ $skiptoken: token })).toEqual(refused('$skiptoken'))
      expect(await refusal({ $deltatoken: token })).toEqual(refused('$deltatoken'))
    }
  )

  it('is refused with any bit of it changed', async () => {
    const { $skiptoken = '' } = await nextOf({})
    const bytes = Buffer.from($skiptoken, 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1 << (at % 8)
      expect(await refusal({ $skiptoken: changed.toString('base64url') })).toEqual(refused('$skiptoken'))
    }
  })

  it.each<[string, (token: string) => string]>([
    ['padded', (token) => `${token}=`],
    ['with a character that means nothing', (token) => `${token}!`],
    ['with a blank', (token) => `${token} `],
    ['longer', (token) => `${token}AAAA`],
    ['shorter', (token) => token.slice(0, -4)]
  ])('is refused though it is nearly the same: %s', async (_, change) => {
    const { $skiptoken = '' } = await nextOf({})
    expect(await refusal({ $skiptoken: change($skiptoken) })).toEqual(refused('$skiptoken'))
  })
})

describe('A token is good', () => {
  it('for its own option only', async () => {
    const { $skiptoken = '' } = await nextOf({})
    const { $deltatoken = '' } = await deltaOf()
    expect(await refusal({ $deltatoken: $skiptoken })).toEqual(refused('$deltatoken'))
    expect(await refusal({ $filter: "id eq 'x'", $skiptoken: $deltatoken })).toEqual(refused('$skiptoken'))
  })

  it.each<[string, Record<string, string>]>([
    ['another order', { $orderby: 'jobId' }],
    ['a filter', { $filter: "id ne 'e1'" }],
    ['another number of entities in all', { $top: '1000' }],
    ['a parameter alias', { '@p': '1' }]
  ])('not beside %s', async (_, others) => {
    const { $skiptoken = '' } = await nextOf({})
    expect(await refusal({ ...others, $skiptoken })).toEqual(refused('$skiptoken'))
  })

  it('in whatever order the options come, and in another format', async () => {
    const options = await nextOf({ $select: 'id', $filter: "id ne 'e1'" })
    const turned = Object.fromEntries(Object.entries(options).reverse())
    const answer = await service.get(query(path, { ...turned, $format: 'application/json;metadata=none' }))
    expect([answer.status, valuesOf(answer).length]).toEqual([200, 100])
  })
})

describe('What a token says', () => {
  it.each<[string, unknown]>([
    ['no position', {}],
    ['a text', 'a'],
    ['a list', []],
    ['a position that is no list', { after: 'a' }],
    ['objects in a position', { after: [{}, 'a', ''] }],
    ['lists in a position', { after: [['a'], 'a', ''] }],
    ['too short a position', { after: ['2024-05-01T00:00:00.0000000'] }],
    ['too long a position', { after: ['2024-05-01T00:00:00.0000000', 'a', '', ''] }],
    ['an empty position', { after: [] }],
    ...[1.5, -1, '10', null, {}, [], 1e300, true].flatMap((each): [string, unknown][] =>
      ['size', 'remaining', 'until'].map((name) => [
        `${name} ${JSON.stringify(each)}`,
        { after: ['2024-05-01T00:00:00.0000000', 'a', ''], [name]: each }
      ])
    )
  ])('is refused if the service would not say so: %s', async (_, position) => {
    expect(await refusal({ $skiptoken: forged('$skiptoken', position) })).toEqual(refused('$skiptoken'))
  })

  it.each<[string, unknown]>([
    ['no arrival', {}],
    ['a fraction', { until: 0.5 }],
    ['a text', { until: '1' }],
    ['null', { until: null }],
    ['less than nothing', { until: -1 }],
    ...[1, 'a', [1], [[1]], [['a', 'a']], [[1, 2]], [[1, 'a', 'b']], [[-1, 'a']], [null], {}].map(
      (known): [string, unknown] => [`${JSON.stringify(known)} as known arrivals`, { until: 1, known }]
    )
  ])('is refused in delta links, too: %s', async (_, position) => {
    expect(await refusal({ $deltatoken: written('$deltatoken', position) })).toEqual(refused('$deltatoken'))
  })

  it('is taken if the service could say so', async () => {
    const answer = await service.get(query(path, { $deltatoken: written('$deltatoken', { until: 1001, known: [] }) }))
    expect([answer.status, valuesOf(answer)]).toEqual([200, []])
  })

  it('lifts no limit', async () => {
    const position = { after: ['9999-12-31T00:00:00.0000000', 'z', ''], size: 1e9, remaining: 1e9 }
    for (const root of ['', '/beta']) {
      const answer = await service.get(query(root + path, { $skiptoken: forged('$skiptoken', position) }))
      expect([answer.status, valuesOf(answer).length]).toEqual([200, 1000])
    }
  })

  it('cannot be read from it', async () => {
    const { $deltatoken = '' } = await deltaOf()
    const { $skiptoken = '' } = await nextOf({ $orderby: 'id' })
    for (const token of [$deltatoken, $skiptoken]) {
      const text = Buffer.from(token, 'base64url').toString('latin1')
      expect(text).not.toMatch(/until|after|1001|e0/)
    }
  })

  it('does not show in its length where there are more arrivals', () => {
    const lengths = [0, 9, 10, 123456, Number.MAX_SAFE_INTEGER].flatMap((until) => [
      forged('$deltatoken', { until }).length,
      forged('$deltatoken', { until, known: [[until, 'a']] }).length,
      forged('$deltatoken', { until, after: ['a'] }).length - forged('$deltatoken', { until: 1, after: ['a'] }).length
    ])
    expect(new Set(lengths).size).toBe(3)
  })

  it('is the same for the same page, so that clients that have it are told so', async () => {
    const [first, second] = [await service.get(path), await service.get(path)]
    expect(second.text).toBe(first.text)
    const etag = first.headers.get('etag') as string
    expect((await service.get(path, { 'If-None-Match': etag })).status).toBe(304)
  })
})

describe('The secret of the tokens', () => {
  const follow = async (url: string | undefined, link: string) =>
    (await fetch(url + link.replace(/^\w+:..[^/]+/, ''))).status
  const linkOf = async (url: string | undefined) => {
    const { '@odata.deltaLink': link } = (await (await fetch(url + path, { headers: tracked })).json()) as Record<
      string,
      string
    >
    return link as string
  }

  it.concurrent('outlives a restart, goes with a copy of the file, and is another one in another file', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'one.sqlite')
    const first = await startProcess({ file })
    const link = await linkOf(first.url)
    expect(await follow(first.url, link)).toBe(200)
    await first.stop()
    copyFileSync(file, join(folder, 'copy.sqlite'))
    for (const [name, status] of [
      ['one.sqlite', 200],
      ['copy.sqlite', 200]
    ] as const) {
      const again = await startProcess({ file: join(folder, name) })
      expect([name, await follow(again.url, link)]).toEqual([name, status])
      await again.stop()
    }
    expect(await follow(service.url, link)).toBe(400)
  })

  it('cannot be read by requests', async () => {
    for (const name of ['TokenSecrets', 'microsoft.graph.TokenSecrets', 'provisioning.log.TokenSecrets'])
      expect((await service.get(`/${name}`)).status).toBe(404)
    expect((await service.get('/$metadata')).text).not.toMatch(/secret/i)
  })
})
