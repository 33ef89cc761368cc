import { join } from 'node:path'
import fc from 'fast-check'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { postAll } from '../support/events.ts'
import { startIssuer } from '../support/issuer.ts'
import { indexed } from '../support/search-index.ts'
import { clientOf, query, valuesOf, type Json } from '../support/service.ts'
import { effort } from './effort.ts'

const path = '/auditLogs/provisioning'

/** Parts of texts: what has another length, another form or another meaning in lower case, in JSON, SQL and LIKE. */
const part = fc.constantFrom(
  ...'abc|ABC|Anna|anna|İs|i̇s|I|ı|K|k|ß|ẞ|SS|Σας|ΣΑΣ|σας|😀|😀é|e\u0301|%|_|"|\'|\\|\\u0041|/|\n|\t|a.b@c.de| |-|null|NOT|x*'.split(
    '|'
  )
)
const text = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))

const event = fc.record(
  {
    action: text,
    cycleId: fc.uuid(),
    targetIdentity: fc.record({ displayName: text, details: fc.dictionary(fc.constantFrom('a', 'b'), text) }),
    statusInfo: fc.record({ '@odata.type': fc.constant('#microsoft.graph.statusDetails'), reason: text }),
    modifiedProperties: fc.array(fc.record({ displayName: text, newValue: text }), { maxLength: 2 })
  },
  { requiredKeys: ['cycleId'] }
)

/** A point in time, some seconds after the first one. */
const at = (seconds: number) => new Date(Date.UTC(2024, 4, 1) + seconds * 1000).toISOString()

describe('Any search', () => {
  const COUNT = effort(2000, 6000, 6000)
  const runs = effort(100, 1500, 20_000)
  const events: Json[] = fc.sample(event, { numRuns: COUNT, seed: 3 }).map((each, index) => ({
    id: `e${index}`,
    activityDateTime: at(index % 50 ? index + ((index * 7) % 30) : (index * 7919) % COUNT), // some come late
    jobId: index % 40 ? 'usual' : 'seldom',
    changeId: index % 1999 ? 'common' : 'rare one',
    ...(index % 3 && { tenantId: index % 5 ? 'contoso' : 'fabrikam' }),
    ...each
  }))
  const instant = fc.nat(COUNT).map(at)
  /** The same log, by services with an index and without one: for readers of all tenants, and for those of one. */
  const urls = { all: { indexed: '', plain: '' }, contoso: { indexed: '', plain: '' } }
  let token: string

  beforeAll(async () => {
    const issuer = await startIssuer()
    token = await issuer.issue({ tid: 'contoso', roles: ['ProvisioningLog.Read.All'] })
    const production = { ...issuer.settings, NODE_ENV: 'production', CDS_SERVER_RATE__LIMIT_LIMIT: '0' }
    const file = join(temporaryFolder(), 'events.sqlite')
    for (const kind of ['plain', 'indexed'] as const) {
      const env = { CDS_REQUIRES_DB_SEARCH__INDEX: String(kind === 'indexed') }
      urls.all[kind] = (await startProcess({ file, env })).url as string
      if (kind === 'plain')
        await postAll(
          clientOf(() => urls.all.plain),
          events
        )
      urls.contoso[kind] = (await startProcess({ file, env: { ...env, ...production } })).url as string
    }
    await indexed(file, COUNT)
  })

  const get = async (url: string, relative: string) => {
    const headers = { Prefer: 'maxpagesize=20', Authorization: `Bearer ${token}` }
    const { status, text } = await clientOf(() => url).get(relative, headers)
    return [status, text.replaceAll(url, '').replace(/"innerError":\{[^}]*\}/, '')]
  }

  /** A piece of a text of an event, or a text like them. */
  const term = fc
    .tuple(fc.nat(COUNT - 1), text, fc.nat(40), fc.integer({ min: 1, max: 12 }), fc.boolean())
    .map(([index, other, start, length, isOther]) => {
      const { id: _, ...texts } = events[index] as Json
      const all = isOther ? other : JSON.stringify(texts).replaceAll(/\\(.)/g, '$1')
      return (
        Array.from(all)
          .slice(isOther ? 0 : start, start + length)
          .join('') || 'x'
      )
    })
    .filter((each) => each.isWellFormed())
  const known = fc.constantFrom('rare one', 'seldom', 'usual', 'e1999', 'common', 'anna', 'statusDetails', 'nowhere')
  const word = fc.oneof(term, known)
  const phrase = word.map((each) => `"${each.replaceAll(/["\\]/g, '\\$&')}"`)
  const search = fc
    .array(fc.tuple(phrase, fc.constantFrom(' ', ' AND ', ' OR ', ' NOT ', ' AND NOT ')), {
      minLength: 1,
      maxLength: 3
    })
    .map((all) => all.map(([each, operator], index) => (index ? operator : '') + each).join(''))
  const call = fc
    .tuple(
      fc.constantFrom('contains', 'startswith', 'endswith', 'eq'),
      fc.constantFrom(
        'action',
        'tolower(action)',
        'targetIdentity/displayName',
        'tolower(targetIdentity/displayName)',
        'targetIdentity/details/a',
        'tolower(targetIdentity/details/b)',
        'changeId',
        'id'
      ),
      word
    )
    .map(([name, of, each]) => {
      const text = `'${each.replaceAll("'", "''")}'`
      return name === 'eq' ? `${of} eq ${text}` : `${name}(${of},${text})`
    })
  const filter = fc
    .array(fc.tuple(call, fc.constantFrom(' and ', ' or ', ' and not ')), { minLength: 1, maxLength: 4 })
    .map((all) => all.map(([each, operator], index) => (index ? operator : '') + each).join(''))
  const bound = (operators: string[]) =>
    fc.tuple(fc.constantFrom(...operators), instant).map(([operator, each]) => `activityDateTime ${operator} ${each}`)
  const [after, before] = [bound(['gt', 'ge']), bound(['lt', 'le', 'eq'])]
  const range = fc.oneof(
    after,
    before,
    fc.tuple(after, before).map((both) => both.join(' and ')),
    fc.tuple(after, before).map((both) => `(${both.join(' or ')})`),
    fc.tuple(after, before).map((both) => `not (${both.join(' and ')})`)
  )
  const options = fc.oneof(
    search.map(($search): Record<string, string> => ({ $search })),
    search.map(($search) => ({ $search, $orderby: 'action,id', $top: '5' })),
    search.map(($search) => ({ $search, $apply: 'groupby((jobId),aggregate($count as n))' })),
    fc.tuple(search, filter).map(([$search, $filter]) => ({ $search, $filter, $count: 'true' })),
    filter.map(($filter) => ({ $filter })),
    fc.tuple(filter, range).map(([condition, within]) => ({ $filter: `${condition} and ${within}`, $count: 'true' })),
    fc.tuple(filter, filter).map((both) => ({ $filter: `(${both.join(') and (')})` })),
    fc.tuple(search, range).map(([$search, $filter]) => ({ $search, $filter })),
    fc
      .tuple(search, range)
      .map(([$search, within]) => ({ $apply: `filter(${within})/search(${$search})/aggregate($count as n)` })),
    filter.map(($filter) => ({ $filter: `not (${$filter})` })),
    filter.map(($filter) => ({ $apply: `filter(${$filter})/aggregate($count as n)` })),
    filter.map(($filter) => ({
      $compute: 'concat(id,jobId) as both',
      $filter: `${$filter} and contains(both,'seldom')`
    }))
  )

  const readers = fc.constantFrom('all', 'contoso')

  it(
    'has the same answer with the index and without, to the byte',
    async () => {
      await fc.assert(
        fc.asyncProperty(readers, fc.constantFrom('', '/v1.0'), options, async (reader, root, each) => {
          const of = (text = '') => (root ? text.replaceAll('action', 'provisioningAction') : text)
          const relative = query(
            root + path,
            Object.fromEntries(Object.entries(each).map(([name, text]) => [name, name === '$search' ? text : of(text)]))
          )
          const { indexed: first, plain } = urls[reader]
          const [with_, without] = await Promise.all([get(first, relative), get(plain, relative)])
          expect({ each, reader, answer: with_ }).toEqual({ each, reader, answer: without })
        }),
        { numRuns: runs }
      )
    },
    Math.max(300_000, runs * 500)
  )

  it.each([
    ['few events have', '"rare one"', effort(2, 4, 4)],
    ['some have', 'seldom', effort(50, 150, 150)],
    ['most have', 'usual', effort(1950, 5850, 5850)],
    ['none has', 'nowhere', 0]
  ])('finds what %s', async (_, $search, count) => {
    const answer = await clientOf(() => urls.all.indexed).get(query(path, { $search, $count: 'true', $top: '3' }))
    expect([answer.body['@odata.count'], valuesOf(answer).length]).toEqual([count, Math.min(count, 3)])
  })
})
