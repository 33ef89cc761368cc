import { surePattern, textPattern } from '../../srv/database/sqlite/text-pattern.ts'

describe('The pattern for a term', () => {
  it.each([
    ['failure', '%fa_lure%'],
    ['user name', '%user name%'],
    ['İstanbul', '%stanbul%'],
    ['größe', '%gr%'],
    ['say "conflict" \\ here', '%confl_ct%'],
    ['50%_off', '%off%'],
    ['a/b', '%a%'],
    ['ß', '%'],
    ['', '%'],
    ['ik', '%__%'],
    ['x'.repeat(40), `%${'x'.repeat(32)}%`]
  ])('%j is %j', (term, pattern) => expect(textPattern(term)).toBe(pattern))
})

describe('The sure pattern for a term', () => {
  it.each([
    ['failure', '%failure%'],
    ['say "conflict" \\ here', '%say "conflict" \\ here%'],
    ['50%', null],
    ['a_b', null],
    ['größe', null],
    ['Failure', null],
    ['', null],
    ['x'.repeat(33), null]
  ])('%j is %j', (term, pattern) => expect(surePattern(term)).toBe(pattern))
})
