import { Plans } from '../../srv/plans/plans.ts'
import { shapeOf } from '../../srv/odata/request/shape.ts'
import { SourcedValue, type Literal } from '../../srv/plans/statement.ts'

const shape = ($filter: string, others: unknown[] = []) =>
  shapeOf(new Map([['$filter', $filter]]), new Map(), others) as { key: string; literals: Literal[] }

describe('Requests are of one shape', () => {
  it.each([
    ["jobId eq 'a'", "jobId eq 'it''s'"],
    ['durationInMilliseconds gt 1', 'durationInMilliseconds gt 200'],
    ["jobId eq 'a' and activityDateTime gt 2024-05-01", "jobId eq 'b' and activityDateTime gt 2025-01-01"],
    ["jobId in ('a','b')", "jobId in ('c','d')"],
    ["jobId eq microsoft.graph.x'a'", "jobId eq microsoft.graph.x'b'"]
  ])('%s, %s', (one, other) => {
    expect(shape(one).key).toBe(shape(other).key)
    expect(shape(one).literals.map(({ text }) => text)).not.toEqual(shape(other).literals.map(({ text }) => text))
  })
})

describe('Requests are of different shapes', () => {
  it.each([
    ["jobId eq 'a'", "changeId eq 'a'"],
    ["jobId eq 'a'", "jobId ne 'a'"],
    ["jobId eq 'a'", 'jobId eq null'],
    ["jobId eq 'a'", 'jobId eq 1'],
    ['durationInMilliseconds gt 1', 'durationInMilliseconds gt 1.5'],
    ["jobId in ('a','b')", "jobId in ('a','b','c')"],
    ['activityDateTime gt 2024-05-01', 'activityDateTime gt 2024-05-01T00:00:00Z'],
    ['jobId eq action', "jobId eq microsoft.graph.x'action'"],
    ["jobId eq microsoft.graph.x'a'", "jobId eq microsoft.graph.y'a'"],
    ["jobId eq microsoft.graph.x'a'", "jobId eq 'a'"],
    ['cast(jobId,Edm.String) eq null', "cast(binary'jobId',Edm.String) eq null"]
  ])('%s, %s', (one, other) => expect(shape(one).key).not.toBe(shape(other).key))

  it('if something else is asked of them', () => {
    expect(shape("jobId eq 'a'", ['page']).key).not.toBe(shape("jobId eq 'a'", ['count']).key)
  })
})

it('A request that depends on the time has no shape', () => {
  expect(shape('activityDateTime lt now()')).toBeUndefined()
})

describe('A plan', () => {
  const read = (text: string) => (text === 'bad' ? undefined : text.toUpperCase())
  const value = (position: number, of: string) => new SourcedValue(of, { option: '$filter', position, read })
  const kept = (texts: string[], values: unknown[], most = 64 * 17) => {
    const plans = new Plans(most)
    const literals = texts.map((text, position) => ({ option: '$filter', position, text }))
    plans.keep({ key: 'shape', literals }, 'prepared', new Map([['page', [{ sql: 'SELECT', values }]]]))
    const find = (...others: string[]) =>
      plans.find({ key: 'shape', literals: others.map((text, position) => ({ option: '$filter', position, text })) })
    return { plans, find }
  }

  it('binds the literals of a request to the statement of another', () => {
    const { find } = kept(['a', 'b'], [value(1, 'B'), new SourcedValue(7, undefined), value(0, 'A')])
    expect(find('x', 'y')).toEqual({
      prepared: 'prepared',
      statements: new Map([['page', { sql: 'SELECT', values: ['Y', 7, 'X'] }]])
    })
  })

  it('is not for a request in which a literal differs that is not bound', () => {
    const { find } = kept(['a', 'b'], [value(0, 'A')])
    expect(find('x', 'b')?.statements.get('page')?.values).toEqual(['X'])
    expect(find('x', 'c')).toBeUndefined()
  })

  it('is not for a literal without a value', () => {
    expect(kept(['a'], [value(0, 'A')]).find('bad')).toBeUndefined()
  })

  it('is not kept with a value that nobody knows the source of', () => {
    expect(kept(['a'], [value(0, 'A'), 'somebody']).find('a')).toBeUndefined()
    expect(kept(['a'], [value(5, 'A')]).find('a')).toBeUndefined()
  })

  it('gives way to newer ones where they take more memory together than they may', () => {
    const { plans, find } = kept(['a'], [value(0, 'A')]) // 5 characters of its shape, and 6 of its statement
    plans.keep({ key: 'fourth', literals: [] }, undefined, new Map())
    expect(find('a')).toBeDefined()
    plans.keep({ key: 'x', literals: [] }, undefined, new Map())
    expect(plans.find({ key: 'fourth', literals: [] })).toBeUndefined()
    expect(find('a')).toBeDefined()
    plans.keep({ key: 'much longer than all', literals: [] }, undefined, new Map())
    expect(find('a')).toBeUndefined()
  })

  it('is never kept where none are wanted', () => {
    expect(kept(['a'], [value(0, 'A')], 0).find('a')).toBeUndefined()
  })
})
