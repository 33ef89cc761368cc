import { Prepared } from '../../srv/database/postgres/prepared.ts'

describe('Statements on PostgreSQL', () => {
  it('are prepared from the second time on, with their values', () => {
    const prepared = new Prepared()
    const nameOf = (text: string) => prepared.named({ text, values: [] }).name
    expect(['one', 'two', 'one', 'two', 'one', 'three'].map(nameOf)).toEqual([
      ...[undefined, undefined, 'query_0', 'query_1', 'query_0', undefined]
    ])
    expect(prepared.named({ text: 'two', values: [1] })).toEqual({ text: 'two', values: [1], name: 'query_1' })
  })

  it('are not prepared without limit, however many there are', () => {
    const prepared = new Prepared()
    const texts = Array.from({ length: 1000 }, (_, index) => `SELECT ${index}`)
    const names = texts.map((text) => [prepared.named({ text }), prepared.named({ text })].at(-1)?.name)
    expect(names.slice(0, 200).every(Boolean)).toBe(true)
    expect(names.slice(200).some(Boolean)).toBe(false)
    expect(prepared.named({ text: 'SELECT 7' }).name).toBe('query_7')
  })
})
