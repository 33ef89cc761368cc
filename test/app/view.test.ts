import { adviceFor } from '../../app/details/advice.ts'
import { differenceOf, looksLike, spelled } from '../../app/details/difference.ts'
import { reasonOf } from '../../app/details/reason.ts'
import { bucketAt, bucketsOf } from '../../app/service/buckets.ts'
import { nameOf, plain } from '../../app/service/odata.ts'
import { filterOf, rangeWith } from '../../app/state/conditions.ts'
import { movedBy } from '../../app/state/part.ts'
import { queryOf, viewOf } from '../../app/state/view.ts'

const NOW = Date.parse('2024-05-31T12:00:00Z')

describe('The URL of a view', () => {
  it.each([
    '',
    '?last=24h',
    '?from=2024-05-01T00%3A00%3A00.000Z&to=2024-05-02T00%3A00%3A00.000Z',
    '?status=failure&status=warning&action=Create&job=scim.1&source=Workday&target=Slack%26Co',
    '?status=%28none%29',
    '?search=Anna+M%C3%BCller&code=Conflict',
    '?code=%28none%29',
    '?code=',
    '?object=4711',
    '?cycle=c1&show=failures',
    '?timeline=job-1&order=oldest&live=on&time=utc',
    '?event=e1&tenant=contoso&tab=json'
  ])('says all of it: %s', (query) => {
    expect(queryOf(viewOf(query))).toBe(query)
  })

  it.each(['?last=5y', '?from=yesterday&to=today', '?from=2024-05-02&to=2024-05-01', '?tab=none', '?unknown=1'])(
    'is read as if what is wrong in it were not there: %s',
    (query) => expect(queryOf(viewOf(query))).toBe('')
  )
})

describe('The filter of a view', () => {
  it.each([
    ['?last=all', undefined],
    ['?last=1h', 'activityDateTime ge 2024-05-31T11:00:00.000Z'],
    [
      '?from=2024-05-01&to=2024-05-02',
      'activityDateTime ge 2024-05-01T00:00:00.000Z and activityDateTime lt 2024-05-02T00:00:00.000Z'
    ],
    ['?last=all&status=failure', "statusInfo/status eq 'failure'"],
    ['?last=all&job=a&job=b', "jobId in ('a','b')"],
    ['?last=all&action=Create&action=(none)', "(action eq 'Create' or action eq null)"],
    ['?last=all&source=(none)', 'sourceSystem/displayName eq null'],
    ["?last=all&target=O'Neill", "targetSystem/displayName eq 'O''Neill'"],
    ['?last=all&code=Conflict', "statusInfo/microsoft.graph.statusDetails/errorCode eq 'Conflict'"],
    ['?last=all&code=(none)', 'statusInfo/microsoft.graph.statusDetails/errorCode eq null'],
    ['?last=all&code=', "statusInfo/microsoft.graph.statusDetails/errorCode eq ''"],
    ['?last=all&object=o1', "(sourceIdentity/id eq 'o1' or targetIdentity/id eq 'o1')"],
    ['?last=all&show=failures&status=success', "statusInfo/status eq 'failure'"],
    ['?last=all&show=failures&cycle=c1', "cycleId eq 'c1'"],
    ['?last=all&cycle=c1', "cycleId eq 'c1'"],
    ['?last=all&timeline=j1', "jobId eq 'j1'"],
    [
      '?last=all&search=Anna',
      "(contains(tolower(targetIdentity/displayName),'anna') or contains(tolower(sourceIdentity/displayName),'anna') " +
        "or contains(tolower(sourceIdentity/details/UserPrincipalName),'anna') or id eq 'Anna' or changeId eq 'Anna' " +
        "or cycleId eq 'Anna' or jobId eq 'Anna' or sourceIdentity/id eq 'Anna' or targetIdentity/id eq 'Anna')"
    ],
    ['?last=all&object=o1&search="%20"', "(sourceIdentity/id eq 'o1' or targetIdentity/id eq 'o1')"]
  ])('of %s is %s', (query, filter) => expect(filterOf(viewOf(query), NOW)).toBe(filter))
})

describe('A search', () => {
  const filter = (search: string) => filterOf(viewOf(`?last=all&search=${encodeURIComponent(search)}`), NOW) ?? ''

  it.each(['"Anna"', ' "Anna" ', '" Anna"', 'Anna '])('for %s finds what one for Anna does', (search) => {
    expect(filter(search)).toBe(filter('Anna'))
  })

  it.each([
    [
      'Müller  Anna',
      "(contains(tolower(sourceIdentity/displayName),'müller') and contains(tolower(sourceIdentity/displayName),'anna'))"
    ],
    ['"Müller Anna"', "contains(tolower(sourceIdentity/displayName),'müller anna') or"],
    ['a b c d e f g h i', "contains(tolower(sourceIdentity/displayName),'a b c d e f g h i') or"],
    ['Müller Anna', "or id eq 'Müller Anna' or"],
    ['""', '']
  ])('for %s is for all words in any order, if they are few and not in quotation marks', (search, part) => {
    expect(filter(search)).toContain(part)
  })
})

describe('A point in time', () => {
  it.each([
    ['?from=-270000-01-01&to=2024-05-01', '?from=0100-01-01T00%3A00%3A00.000Z&to=2024-05-01T00%3A00%3A00.000Z'],
    ['?from=2024-05-01&to=%2B270000-01-01', '?from=2024-05-01T00%3A00%3A00.000Z&to=9900-01-01T00%3A00%3A00.000Z'],
    ['?from=%2B260000-01-01&to=%2B270000-01-01', '']
  ])('that the service does not have becomes the nearest one: %s', (query, expected) => {
    expect(queryOf(viewOf(query))).toBe(expected)
  })

  it.each([
    ['?last=7d', '2024-05-30T00:00:00Z', { last: '7d' }],
    ['?from=2024-05-01&to=2024-05-02', '2024-05-01T12:00:00Z', viewOf('?from=2024-05-01&to=2024-05-02').range],
    ['?last=all', '2001-01-01T00:00:00Z', { last: 'all' }],
    ['?last=7d', '2024-05-04T12:00:00Z', viewOf('?from=2024-05-01&to=2024-05-08').range]
  ])('is in the range of %s, or in the week around it', (query, time, range) => {
    expect(rangeWith(time, viewOf(query), NOW)).toEqual(range)
  })
})

const HOUR = 3_600_000
const of = (time: number) => new Date(time).toISOString()

/** Zones whose clocks change at an instant: how far they are ahead of UTC before and after it. */
const zones = {
  UTC: () => 0,
  Berlin: (time: number) => (time < Date.parse('2024-10-27T01:00:00Z') ? 2 : 1) * HOUR,
  Santiago: (time: number) => (time < Date.parse('2024-09-08T04:00:00Z') ? -4 : -3) * HOUR,
  Apia: (time: number) => (time < Date.parse('2011-12-30T10:00:00Z') ? -10 : 14) * HOUR
}

describe('A range of time', () => {
  it.each<[string, string, string, keyof typeof zones, string, number, number]>([
    ['an hour', '2024-05-01T10:00:00Z', '2024-05-01T11:00:00Z', 'UTC', '2024-05-01T10:00:00.000Z', 60_000, 60],
    ['a day', '2024-05-01T10:10:00Z', '2024-05-02T10:10:00Z', 'UTC', '2024-05-01T10:00:00.000Z', 1_200_000, 73],
    ['a week', '2024-05-01T10:10:00Z', '2024-05-08T10:10:00Z', 'UTC', '2024-05-01T09:00:00.000Z', 3 * HOUR, 57],
    [
      'a month from midnight in Berlin',
      '2024-05-01T10:00:00Z',
      '2024-08-30T10:00:00Z',
      'Berlin',
      '2024-04-30T22:00:00.000Z',
      48 * HOUR,
      61
    ],
    ['an instant', '2024-05-01T10:00:00Z', '2024-05-01T10:00:00.001Z', 'UTC', '2024-05-01T10:00:00.000Z', 1000, 1]
  ])('of %s is divided into lengths that people count in', (_, from, to, zone, start, width, count) => {
    const { edges, ...buckets } = bucketsOf(Date.parse(from), Date.parse(to), zones[zone])
    expect({ start: of(edges[0] ?? NaN), width: buckets.width, count: edges.length - 1 }).toEqual({
      start,
      width,
      count
    })
    expect(buckets.origins).toEqual([edges[0]])
  })

  it.each<[string, keyof typeof zones, string, string[], string[]]>([
    [
      'an hour more',
      'Berlin',
      '2024-10-26',
      ['2024-10-26T22:00:00.000Z', '2024-10-27T23:00:00.000Z', '2024-10-28T23:00:00.000Z'],
      ['2024-09-13T22:00:00.000Z', '2024-09-13T23:00:00.000Z']
    ],
    [
      'no midnight',
      'Santiago',
      '2024-09-07',
      ['2024-09-07T04:00:00.000Z', '2024-09-08T04:00:00.000Z', '2024-09-09T03:00:00.000Z'],
      ['2024-07-27T04:00:00.000Z', '2024-07-27T03:00:00.000Z']
    ],
    [
      'no hours',
      'Apia',
      '2011-12-29',
      ['2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z', '2011-12-31T10:00:00.000Z'],
      ['2011-11-16T10:00:00.000Z', '2011-11-15T10:00:00.000Z']
    ]
  ])('is divided at midnights where a day has %s', (_, zone, day, expected, origins) => {
    const middle = Date.parse(day)
    const { edges, ...buckets } = bucketsOf(middle - 1000 * HOUR, middle + 700 * HOUR, zones[zone])
    const place = edges.findIndex((edge) => edge > middle)
    expect(edges.slice(place, place + 3).map(of)).toEqual(expected)
    expect(buckets.origins.map(of)).toEqual(origins)
  })

  it('that begins with the first year has origins that the service has', () => {
    const { edges, width, origins } = bucketsOf(Date.parse('0001-01-01T00:00:00Z'), NOW + 1e10, zones.Berlin)
    expect([of(edges[0] ?? NaN), width]).toEqual(['-000009-04-25T22:00:00.000Z', 3650 * 24 * HOUR])
    expect(origins.map(of)).toEqual(['0001-04-22T22:00:00.000Z', '0001-04-22T23:00:00.000Z'])
  })
})

describe('A bucket', () => {
  it.each([
    [-1, 0],
    [10, 0],
    [19, 0],
    [20, 1],
    [30, 2],
    [99, 2]
  ])('has %i if it begins before and ends after, or is the nearest: %i', (time, bucket) => {
    expect(bucketAt([10, 20, 30, 40], time)).toBe(bucket)
  })
})

describe('A part of the results over time', () => {
  const at = (anchor: number, focus = anchor) => ({ anchor, focus })
  it.each<[string, ReturnType<typeof at> | undefined, ReturnType<typeof at> | undefined, ReturnType<typeof at>?]>([
    ['ArrowRight', undefined, at(0)],
    ['ArrowLeft', undefined, at(6)],
    ['ArrowRight', at(2), at(3), at(2, 3)],
    ['ArrowLeft', at(2, 5), at(4), at(2, 4)],
    ['ArrowRight', at(6), at(6), at(6)],
    ['ArrowLeft', at(0), at(0), at(0)],
    ['Home', at(3), at(0), at(3, 0)],
    ['End', at(3, 1), at(6), at(3, 6)],
    ['Enter', at(3), undefined],
    ['constructor', at(3), undefined]
  ])('is chosen by %s from %j, and extended with Shift', (key, from, to, extended = to) => {
    expect([movedBy(key, false, from, 7), movedBy(key, true, from, 7)]).toEqual([to, extended])
  })
})

describe('The name of what an event is about', () => {
  it.each([
    [{ displayName: 'Anna', id: 's' }, { displayName: 'Anna B', id: 't' }, 'Anna'],
    [{ displayName: '', id: 's' }, { displayName: 'Anna B', id: 't' }, 'Anna B'],
    [{ displayName: ' \u200b\u00a0\u0301', id: 's' }, { displayName: '\u2067', id: 't' }, 's'],
    [{ displayName: 'a\u202eb' }, null, 'a\ufffdb'],
    [null, {}, 'Unnamed object']
  ])('of %j and %j is the first that can be seen', (sourceIdentity, targetIdentity, name) => {
    expect(plain(nameOf({ id: 'e', activityDateTime: '', sourceIdentity, targetIdentity }))).toBe(name)
  })
})

describe('A changed value', () => {
  it.each([
    ['Senior Engineer', 'Principal Engineer', ['', 'Senior', 'Principal', ' Engineer']],
    ['anna@contoso.com', 'anna.maria@contoso.com', ['anna', '', '.maria', '@contoso.com']],
    ['', 'Research', ['', '', 'Research', '']],
    ['same', 'same', ['same', '', '', '']],
    ['True', 'False', ['', 'True', 'False', '']],
    ['Zoë 👍🏽 old', 'Zoë 👍🏽 new', ['Zoë 👍🏽 ', 'old', 'new', '']]
  ])('%s → %s is marked where it differs', (one, other, [before, removed, added, after]) => {
    expect(differenceOf(one, other)).toEqual({ before, removed, added, after })
  })
})

describe('A change that cannot be seen', () => {
  it.each([
    ['a@b.c', 'a@b.c\u200b', 'a@b.c', 'a@b.c⟨U+200B⟩'],
    ['An\u00adna', 'Anna', 'An⟨U+00AD⟩na', 'Anna'],
    ['Anna ', 'Anna', 'Anna␣', 'Anna'],
    ['Anna  M', 'Anna\u00a0M', 'Anna␣␣M', 'Anna⟨U+00A0⟩M'],
    ['Andre\u0301', 'Andr\u00e9', 'Andre⟨U+0301⟩', 'Andr\u00e9'],
    ['a\u202eb', 'ab', 'a⟨U+202E⟩b', 'ab']
  ])('of %j to %j is spelled out', (one, other, ...expected) => {
    expect([looksLike(one, other), spelled(one), spelled(other)]).toEqual([true, ...expected])
  })

  it.each([
    ['same', 'same'],
    ['Jose', 'José'],
    ['New York', 'NewYork'],
    ['कि', 'की'],
    ['', 'x']
  ])('is none of %j and %j', (one, other) => expect(looksLike(one, other)).toBe(false))
})

describe('The reason of a failure', () => {
  it('is taken apart into what the other system says and the rest', () => {
    const answer = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], detail: 'It exists.', status: 409 }
    const text = `StatusCode: Conflict\r\nMessage: It failed.\r\nWeb Response: \r\n${JSON.stringify(answer)}. This operation was retried 1 times.`
    expect(reasonOf(text)).toEqual({
      lines: ['StatusCode: Conflict', 'Message: It failed.', 'This operation was retried 1 times.'],
      answer,
      detail: 'It exists.'
    })
  })

  it.each([
    ['{"error":{"code":"x","message":"No licence."}}', 'No licence.'],
    ['It failed with {"error_description":"Expired."} and {more}', 'Expired.'],
    ['No JSON {at all', undefined],
    ['{"status":500}', undefined]
  ])('has the message of %s', (text, detail) => expect(reasonOf(text).detail).toBe(detail))

  it.each([
    ['many ends', `{"${'a'.repeat(500_000)}"${'}'.repeat(100_000)}`],
    ['an answer that is too deep to be shown', `${'{"detail":'.repeat(200_000)}1${'}'.repeat(200_000)}`]
  ])('is a text where it has %s', (_, text) => {
    const begin = process.cpuUsage()
    expect(reasonOf(text)).toEqual({ lines: [text], answer: undefined, detail: undefined })
    expect(process.cpuUsage(begin).user).toBeLessThan(5_000_000) // microseconds of the processor, which others use, too
  })
})

describe('Advice', () => {
  it.each([
    ['Conflict', /already has an object/],
    ['SlackEntryConflict', /already has an object/],
    ['TooManyRequests', /too many requests/],
    ['LicenseLimitExceeded', /no licence left/]
  ])('is there for %s', (code, meaning) => expect(adviceFor(code)?.meaning).toMatch(meaning))

  it.each(['Unheard', '', null, undefined, 'constructor'])('is not there for %s', (code) =>
    expect(adviceFor(code)).toBeUndefined()
  )
})
