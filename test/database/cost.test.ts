import { areFew, isCheap } from '../../srv/database/sqlite/cost.ts'

describe('A statement takes but little time for a row', () => {
  it.each([
    'SELECT id FROM t WHERE within_time() and (a = ?) ORDER BY b DESC LIMIT 101',
    'SELECT count(*) as total FROM t WHERE a in (?,?) and not (b >= ? or c is NULL)',
    'SELECT cast(group_concat(page.x,?) as blob) FROM (SELECT x FROM t WHERE within_time()) as page',
    'SELECT id FROM t WHERE (ifnull(instr("$p".name,?),0) > 0)',
    'SELECT id FROM t WHERE instr(lower(substr(name,?,?)), ? ) = 1',
    `SELECT id FROM t WHERE instr("$p".marks,'"initiatedBy') > 0`,
    'SELECT id FROM t WHERE id = ? || ?',
    'SELECT id FROM t WHERE name like text_pattern(?) or name like sure_pattern(?)',
    `SELECT concat(${`'"name":',json_quote("$p".name),`.repeat(200)}'}') FROM t`,
    'SELECT 1 FROM t WHERE exists (select 1 from json_each( steps ) as i where json_extract( i.value , ? ) = ?)'
  ])('%s', (sql) => expect(isCheap(sql)).toBe(true))
})

describe('A statement may take long for a row', () => {
  it.each([
    ['that searches a text in another', 'SELECT id FROM t WHERE instr(a,b) > 0'],
    ['that searches a text in what is computed of a value', 'SELECT id FROM t WHERE instr(a,lower(?)) > 0'],
    ['that searches more than once, for a value first', 'SELECT id FROM t WHERE instr(a,?) > 0 or instr( a , b ) > 0'],
    ['that searches for a long constant', `SELECT id FROM t WHERE instr(a,'${'x'.repeat(101)}') > 0`],
    ['with a regular expression', 'SELECT id FROM t WHERE (a regexp ?)'],
    ['with a pattern', 'SELECT id FROM t WHERE a LIKE ?'],
    ['with a pattern that a column gives', 'SELECT id FROM t WHERE a like text_pattern(b)'],
    ['that puts texts together', 'SELECT a || a as b FROM t'],
    ['that puts a value and a text together', 'SELECT id FROM t WHERE ? || a = ?'],
    ['with a function that nobody has looked at', 'SELECT printf(?) FROM t'],
    ['with one that makes texts longer', 'SELECT replace(a,?,?) FROM t'],
    ['with one that may fill texts up', "SELECT format('%9999s',a) FROM t"],
    ['with a quoted function', 'SELECT "printf"(?) FROM t'],
    ['that asks for the session', "SELECT session_context('$user.id') FROM t"],
    ['that is recursive', 'WITH RECURSIVE c(i) AS (SELECT 1) SELECT i FROM c'],
    ['that is long', `SELECT id FROM t WHERE a = ? ${'or a = ? '.repeat(1600)}`]
  ])('%s', (_what, sql) => expect(isCheap(sql)).toBe(false))
})

it('Values are many or long from a limit on', () => {
  expect(areFew(Array.from({ length: 100 }, (_, index) => index))).toBe(true)
  expect(areFew(Array.from({ length: 101 }, (_, index) => index))).toBe(false)
  expect(areFew(['x'.repeat(2000), 'y'.repeat(2000)])).toBe(true)
  expect(areFew(['x'.repeat(2000), 'y'.repeat(2001)])).toBe(false)
})

it('A value counts once wherever it stands in a statement', () => {
  expect(areFew(Array.from({ length: 120 }, () => 'x'.repeat(2000)))).toBe(true)
})
