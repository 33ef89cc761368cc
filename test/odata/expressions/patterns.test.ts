import { matchesPattern } from '../../../srv/values/pattern.ts'
import { errorOf, query, sharedService } from '../../support/service.ts'

const PATH = '/auditLogs/provisioning'

describe('Regular expressions', () => {
  const service = sharedService()
  const matching = (...patterns: string[]) =>
    service.get(query(PATH, { $filter: patterns.map((each) => `matchesPattern(action,'${each}')`).join(' or ') }))

  it.each([
    '^[A-Z][a-z]{2,20}$',
    '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}$',
    '(?i)^(create|update|delete)( [a-z]+){0,10}$',
    '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
    '\\x{2028}|\\p{Lu}{3}',
    'a{999}',
    '(?:ab|[c\\]]{2}){100}'
  ])('are taken that are small: %s', async (pattern) => expect((await matching(pattern)).status).toBe(200))

  it.each([
    'a{1000}b',
    '(a{10}){10}{1}(b{30}){31}',
    '((a{10}){10}){11}',
    'a{0,50}'.repeat(30),
    '(a(b(c(d){8}){8}){8}){8}',
    'a{600}|b{600}',
    '(a{100}[)]){10}'
  ])('are refused that have many parts with their repetitions: %s', async (pattern) => {
    const answer = await matching(pattern)
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalidQueryOption'])
    expect(errorOf(answer).message).toContain('at most 1000 parts')
  })

  it('are refused that are long, or many', async () => {
    const long = await matching('a'.repeat(501))
    expect([long.status, errorOf(long).message]).toEqual([400, expect.stringContaining('at most 500 characters')])
    const many = await matching(...Array.from({ length: 12 }, (_, index) => `[a-z]{90}${index}`))
    expect([many.status, errorOf(many).message]).toEqual([400, expect.stringContaining('at most 1000 parts')])
  })
})

it('Many regular expressions are tested, one after the other, against many texts in a moment', () => {
  const start = process.cpuUsage()
  const found = Array.from({ length: 20_000 }, (_, index) =>
    matchesPattern(`(?i)\\p{Lu}[^\\p{Lu}]${index % 20}`, `A-${index}`)
  )
  const { user, system } = process.cpuUsage(start)
  expect([found.slice(0, 20), found.length]).toEqual([Array(20).fill(true), 20_000])
  expect((user + system) / 1000).toBeLessThan(1000)
})
