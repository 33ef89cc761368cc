import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { toToken } from '../../../srv/odata/query/paging.ts'
import type { Exchange } from '../../../srv/odata/request/exchange.ts'
import { command } from '../../support/command.ts'
import { linkTokensOf } from '../../support/link-tokens.ts'
import { copyOnPostgres, isOnPostgres, postgresFor } from '../../support/postgres.ts'
import { startProcess, temporaryFolder } from '../../support/process.ts'
import { clientOf, errorOf, query, sharedService, valuesOf } from '../../support/service.ts'

const path = '/auditLogs/provisioning'
const tracked = { Prefer: 'track-changes' }
type Client = Pick<ReturnType<typeof clientOf>, 'get' | 'post'>

async function post({ post }: Client, ids: string[], activityDateTime = '2024-05-01T00:00:00Z') {
  for (const id of ids) expect((await post(path, { id, activityDateTime })).status).toBe(201)
}

const relative = (link: unknown) => String(link).replace(/^\w+:..[^/]+/, '')

/** A link to what comes in from now on. */
const linkNow = async ({ get }: Client, options = '') =>
  relative((await get(path + options, tracked)).body['@odata.deltaLink'])

/** What a link leads to: ids, or the status and code of an error. */
async function follow({ get }: Client, link: string) {
  const answer = await get(link)
  return answer.status === 200 ? valuesOf(answer).map(({ id }) => id) : [answer.status, errorOf(answer).code]
}

const GONE = [410, 'resyncRequired']

describe('When an older copy of the log was restored, a delta link', () => {
  const folder = temporaryFolder()
  const [file, copy] = [join(folder, 'events.sqlite'), join(folder, 'copy.sqlite')]
  /** Before the copy was made, and afterwards: with a further page, in the middle and at the end. */
  const links: Record<'early' | 'paged' | 'further' | 'late' | 'last' | 'filtered', string> = {
    ...{ early: '', paged: '', further: '', late: '', last: '', filtered: '' }
  }
  let service: Awaited<ReturnType<typeof startProcess>>
  let restored: Client

  beforeAll(async () => {
    let original = await startProcess({ file })
    let client: Client = clientOf(() => original.url as string)
    await post(client, ['a1', 'a2', 'a3'])
    links.early = await linkNow(client)
    await original.stop()
    if (isOnPostgres()) await copyOnPostgres(file, copy)
    else copyFileSync(file, copy)
    original = await startProcess({ file })
    client = clientOf(() => original.url as string)
    await post(client, ['b1', 'b2', 'b3', 'b4', 'b5'])
    const early = { headers: { Prefer: 'maxpagesize=2' } }
    links.further = relative((await client.get(links.early, early.headers)).body['@odata.nextLink'])
    links.late = await linkNow(client)
    await post(client, ['b6'])
    links.last = await linkNow(client)
    links.filtered = await linkNow(client, "?$select=id&$filter=id ne @a&@a='b2'")
    const paged = await client.get(path, { Prefer: 'track-changes,maxpagesize=2' })
    links.paged = relative(paged.body['@odata.nextLink'])
    await original.stop()

    service = await startProcess({ file: copy })
    restored = clientOf(() => service.url as string)
  })
  afterAll(() => service.stop())

  it('that the copy has all of goes on', async () => {
    expect(await follow(restored, links.early)).toEqual([])
    await post(restored, ['c1', 'b2'])
    expect(await follow(restored, links.early)).toEqual(['c1', 'b2'])
  })

  it('to events that the copy lacks is refused with 410, and a sentence that says what to do', async () => {
    const answer = await restored.get(links.late)
    expect([answer.status, errorOf(answer)]).toMatchObject([
      410,
      {
        code: 'resyncRequired',
        message:
          'What this link goes on from is not in the log any more, as retention has removed it or an older copy of the log was restored: read the collection anew.',
        target: '$deltatoken'
      }
    ])
    expect(relative(answer.headers.get('location'))).toBe(path)
    expect(await follow(restored, links.last)).toEqual(GONE)
  })

  it('is refused with the URL to read anew what it was asked for', async () => {
    const { headers } = await restored.get(links.filtered)
    expect(relative(headers.get('location'))).toBe(`${path}?$select=id&$filter=id%20ne%20@a&@a='b2'`)
  })

  it('is refused from a further page on, as is one that ends pages which were begun before', async () => {
    expect(await follow(restored, links.further)).toEqual(GONE)
    while (links.paged.includes('$skiptoken')) {
      const { body } = await restored.get(links.paged)
      links.paged = relative(body['@odata.nextLink'] ?? body['@odata.deltaLink'])
    }
    expect(await follow(restored, links.paged)).toEqual(GONE)
  })

  it('is refused when the numbers of these events are those of others', async () => {
    await post(restored, ['c3', 'c4', 'c5', 'c6', 'c7'])
    for (const link of [links.further, links.late, links.last, links.paged])
      expect(await follow(restored, link)).toEqual(GONE)
    expect(await follow(restored, links.early)).toEqual(['c1', 'b2', 'c3', 'c4', 'c5', 'c6', 'c7'])
  })
})

describe('When events were sent once more after that, a delta link', () => {
  const folder = temporaryFolder()
  const [file, copy, other] = ['events', 'copy', 'other'].map((name) => join(folder, `${name}.sqlite`)) as [
    string,
    string,
    string
  ]

  it('goes on if they came in as before, and is refused if only the last one did', async () => {
    const first = await startProcess({ file })
    await linkNow(clientOf(() => first.url as string))
    await first.stop()
    for (const each of [copy, other])
      if (isOnPostgres()) await copyOnPostgres(file, each)
      else copyFileSync(file, each)
    const linkAfter = async (name: string, ids: string[]) => {
      const service = await startProcess({ file: name })
      const client = clientOf(() => service.url as string)
      await post(client, ids)
      return { client, link: await linkNow(client), stop: service.stop }
    }
    const original = await linkAfter(file, ['a', 'b', 'c', 'd'])
    const again = await linkAfter(copy, ['a', 'b', 'c', 'd', 'e'])
    expect(await follow(again.client, original.link)).toEqual(['e'])
    const mixed = await linkAfter(other, ['a', 'c', 'new', 'd', 'e'])
    expect(await follow(mixed.client, original.link)).toEqual(GONE)
    for (const { stop } of [original, again, mixed]) await stop()
  })
})

describe('When retention has removed events, a delta link', () => {
  const service = sharedService()

  it('is refused with 410 if they were the last ones up to it, and goes on otherwise', async () => {
    await post(service, ['new1'])
    await post(service, ['old'], '2020-01-01T00:00:00Z')
    const fromOld = await linkNow(service)
    await post(service, ['new2'])
    const fromNew = await linkNow(service)
    await post(service, ['new3'])
    expect(await follow(service, fromOld)).toEqual(['new2', 'new3'])
    const env = isOnPostgres() ? await postgresFor(service.file) : {}
    for (let out = ''; !out.startsWith('Removed 1 events');)
      ({ out } = await command('purge', service.file, ['--before', '2021-01-01'], env))
    expect(await follow(service, fromOld)).toEqual(GONE)
    expect(await follow(service, fromNew)).toEqual(['new3'])
    expect(await follow(service, await linkNow(service))).toEqual([])
  })
})

describe('A delta link of an earlier version, which knows only the number of an arrival,', () => {
  const service = sharedService()

  it('goes on, unless the log has no such arrival', async () => {
    const tokens = await linkTokensOf(service.file)
    const exchange = { tokens, scope: { key: '', literals: [] } } as unknown as Exchange
    const linkFrom = (until: number) =>
      query(path, { $deltatoken: toToken(exchange, '$deltatoken', { until }, new Map()) })
    await post(service, ['a', 'b', 'c'])
    expect(await follow(service, linkFrom(0))).toEqual(['a', 'b', 'c'])
    expect(await follow(service, linkFrom(2))).toEqual(['c'])
    expect(await follow(service, linkFrom(3))).toEqual([])
    expect(await follow(service, linkFrom(4))).toEqual(GONE)
  })
})
