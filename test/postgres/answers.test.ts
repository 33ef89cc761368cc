import fc from 'fast-check'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { query, type Json } from '../support/service.ts'
import { effort } from '../force/effort.ts'
import { condition, event, point, small, word } from '../force/filter.ts'
import { pattern } from '../force/pattern.ts'
import { answer, form, lists, path, varied } from '../force/requests.ts'

const runs = effort(25, 300, 10_000)
/** In milliseconds, on a machine that is busy. */
const TIMEOUT = Math.max(300_000, runs * 500)

/** Members of open types, of several types. */
const details = fc.record({
  n: fc.oneof(small, fc.constantFrom(2.5, 0.1, -1e-7, 1e21, 2 ** 53, 2 ** 63, 123456.75)),
  t: fc.oneof(word, small, fc.boolean(), fc.constantFrom(0.5, 1e300, null, 'ſ', '\u{10400}', '\ue000')),
  b: fc.boolean()
})
const events = fc
  .sample(fc.tuple(event, fc.option(details, { nil: null })), { numRuns: 60, seed: 3 })
  .map(([each, details], index): Json => ({ id: `e${index}`, ...each, sourceSystem: { details } }))

/** The same log on both engines. */
const urls: { sqlite: string; postgres: string } = { sqlite: '', postgres: '' }

beforeAll(async () => {
  const file = `${temporaryFolder()}/events.sqlite`
  const env = { CDS_ENV: '', DATABASE_URL: 'none', CDS_REQUIRES_DB_CREDENTIALS_URL: file }
  const sqlite = await startProcess({ file, env })
  const postgres = await startProcess({ file })
  Object.assign(urls, { sqlite: sqlite.url, postgres: postgres.url })
  for (const each of events)
    for (const url of Object.values(urls)) {
      const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(each) }
      expect((await fetch(url + path, init)).status).toBe(201)
    }
})

const BY_ZERO = 'The request divides a number by zero.'

/** Links have tokens that only their own service can read. */
async function answerOf(url: string, relative: string) {
  const { text, ...rest } = await answer(url, relative)
  return { relative, ...rest, text: text.replaceAll(/\$(skip|delta)token=[\w-]+/g, '$$$1token') }
}

async function expectSame(relative: string) {
  const [sqlite, postgres] = await Promise.all(Object.values(urls).map((url) => answerOf(url, relative)))
  // it depends on the order of evaluation which rows are computed for a page
  if (!sqlite?.text.includes(BY_ZERO) && !postgres?.text.includes(BY_ZERO)) expect(postgres).toEqual(sqlite)
}

const { number, text, boolean } = fc.letrec<{ number: string; text: string; boolean: string }>((tie) => {
  const [n, t, b] = [tie('number'), tie('text'), tie('boolean')] as const
  const call = (name: string, ...args: fc.Arbitrary<string>[]) =>
    fc.tuple(...args).map((each) => `${name}(${each.join()})`)
  const operator = (names: string[], ...[left, right]: [fc.Arbitrary<string>, fc.Arbitrary<string>]) =>
    fc.tuple(left, fc.constantFrom(...names), right).map(([a, name, c]) => `(${a} ${name} ${c})`)
  const instant = fc.oneof(fc.constant('activityDateTime'), point)
  const quoted = word.map((each) => `'${each.replaceAll("'", "''")}'`)
  const integer = fc.constantFrom('Edm.Byte', 'Edm.SByte', 'Edm.Int16', 'Edm.Int32', 'Edm.Int64')
  return {
    number: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      small.map(String),
      fc.constantFrom('durationInMilliseconds', 'sourceSystem/details/n', '2.5', '-0.5', 'provisioningSteps/$count'),
      call('length', t),
      call('indexof', t, t),
      fc.tuple(fc.constantFrom('round', 'floor', 'ceiling'), n).map(([name, each]) => `${name}(${each})`),
      fc
        .tuple(fc.constantFrom('year', 'month', 'day', 'hour', 'minute', 'second', 'fractionalseconds'), instant)
        .map(([name, each]) => `${name}(${each})`),
      operator(['add', 'sub', 'mul', 'div', 'divby'], n, n),
      operator(['mod'], n, small.map(String)), // of fractions the last digits may differ, as those of their sums
      fc.tuple(fc.oneof(n, t), integer).map(([each, type]) => `cast(${each},${type})`),
      fc.tuple(fc.oneof(n, t)).map(([each]) => `cast(${each},Edm.Double)`)
    ),
    text: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      quoted,
      fc.constantFrom('jobId', 'action', 'initiatedBy/displayName', 'statusInfo/status', 'sourceSystem/details/t'),
      call('tolower', t),
      call('toupper', t),
      call('trim', t),
      call('concat', t, t),
      fc
        .tuple(t, fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 4 }))
        .map((each) => `substring(${each.join()})`),
      fc.oneof(n, t, b, instant).map((each) => `cast(${each},Edm.String)`)
    ),
    boolean: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom('sourceSystem/details/b', 'sourceSystem/details/t eq 3', "sourceSystem/details/t eq 'a'", 'true'),
      operator(['eq', 'ne', 'lt', 'ge'], n, n),
      operator(['eq', 'ne', 'lt', 'ge'], t, t),
      operator(['eq', 'gt'], n, fc.constantFrom('NaN', 'INF', '-INF', 'null')),
      operator(
        ['eq', 'gt', 'le'],
        instant.map((each) => `${each} add duration'PT1.5S'`),
        instant
      ),
      operator(['and', 'or'], b, b),
      fc
        .tuple(fc.constantFrom('contains', 'startswith', 'endswith'), t, t)
        .map(([name, ...args]) => `${name}(${args.join()})`),
      fc.tuple(t, pattern).map(([each, source]) => `matchesPattern(${each},'${source.replaceAll("'", "''")}')`),
      b.map((each) => `not ${each}`),
      fc
        .tuple(fc.constantFrom('any', 'all'), quoted, operator(['lt', 'eq'], n, fc.constant('length(s/name)')))
        .map(([name, each, other]) => `provisioningSteps/${name}(s:s/name ge ${each} or ${other})`)
    )
  }
})

describe('Any query has the same answer on both engines, to the byte', () => {
  it(
    'by filters in all forms',
    async () => {
      const property = fc.asyncProperty(
        condition,
        form,
        fc.array(lists, { maxLength: 2 }),
        async ({ text }, path, all) => {
          for (const filter of [text, ...all.map((each) => varied(text, ...each))]) await expectSame(path(filter))
        }
      )
      await fc.assert(property, { numRuns: runs })
    },
    TIMEOUT
  )

  it(
    'by conditions of computed values',
    async () => {
      const property = fc.asyncProperty(boolean, ($filter) => expectSame(query(path, { $filter, $select: 'id' })))
      await fc.assert(property, { numRuns: runs * 3 })
    },
    TIMEOUT
  )

  it(
    'with computed values',
    async () => {
      const property = fc.asyncProperty(number, text, boolean, (n, t, b) =>
        expectSame(query(path, { $compute: `${n} as n,${t} as t,${b} as b`, $select: 'id,n,t,b', $orderby: 'id' }))
      )
      await fc.assert(property, { numRuns: runs * 2 })
    },
    TIMEOUT
  )

  it(
    'in the order of computed values',
    async () => {
      const property = fc.asyncProperty(number, text, (n, t) =>
        expectSame(query(path, { $orderby: `${t} desc,${n},id` }))
      )
      await fc.assert(property, { numRuns: runs })
    },
    TIMEOUT
  )

  it(
    'by groups and aggregates',
    async () => {
      const method = fc.constantFrom('sum', 'min', 'max', 'average', 'countdistinct')
      const property = fc.asyncProperty(number, text, method, (n, t, method) => {
        const $apply = `compute(${t} as t,round(${n}) as n)/groupby((t),aggregate(n with ${method} as m,$count as c))`
        return expectSame(query(path, { $apply, $orderby: 't' }))
      })
      await fc.assert(property, { numRuns: runs })
      const members = ['sourceSystem/details/t', 'sourceSystem/details/n', 'sourceSystem/details/b']
      const ofMembers = fc.asyncProperty(fc.constantFrom(...members), fc.constantFrom(...members), (value, by) => {
        const all = ['min', 'max', 'countdistinct'].map((method) => `${value} with ${method} as ${method}`)
        const $apply = `groupby((${by}),aggregate(${all.join()}))`
        return expectSame(query(path, { $apply, $orderby: `max,${by} desc`, $filter: "min ne 'a'" }))
      })
      await fc.assert(ofMembers, { numRuns: 10 })
    },
    TIMEOUT
  )

  it(
    'within collections',
    async () => {
      const property = fc.asyncProperty(number, text, (n, t) =>
        expectSame(
          query(path, {
            $select: `id,provisioningSteps($compute=round(${n}) as n,${t} as t)`.replaceAll('jobId', 'name')
          })
        )
      )
      await fc.assert(property, { numRuns: runs })
    },
    TIMEOUT
  )
})
