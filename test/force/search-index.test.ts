import { copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { TooExpensive } from '../../srv/database/sqlite/functions.ts'
import { addCandidates, TooMany } from '../../srv/database/sqlite/search-candidates.ts'
import type { Searched } from '../../srv/database/engine.ts'
import { command, isSealed, until, verify } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { indexed, lastIndexed, various } from '../support/search-index.ts'
import { clientOf, query, valuesOf, type Json } from '../support/service.ts'

const path = '/auditLogs/provisioning'

/** A service on a log, with functions that post and search events. */
async function startOn(file: string, env: Record<string, string> = {}) {
  const service = await startProcess({ file, env })
  const client = clientOf(() => service.url as string)
  return {
    ...service,
    /** Posts events that have a word, one a second. */
    async post(count: number, word: string, start = '2024-05-01T00:00:00Z', tenantId?: string) {
      const event = (_: unknown, index: number): Json => ({
        id: `${word} ${index}`,
        ...(tenantId && { tenantId }),
        activityDateTime: new Date(Date.parse(start) + index * 1000).toISOString(),
        targetIdentity: { displayName: `Ann ${word}` }
      })
      const requests = Array.from({ length: count }, event).map((body, id) => ({
        id: `${id}`,
        method: 'POST',
        url: path,
        body
      }))
      const { body } = await client.post('/$batch', { requests })
      expect((body.responses as Json[]).filter(({ status }) => status !== 201)).toEqual([])
    },
    /** Counts the events that a search finds. */
    async count($search: string) {
      const answer = await client.get(query(path, { $search, $count: 'true', $top: '2' }))
      expect([answer.status, valuesOf(answer).length]).toEqual([200, Math.min(2, Number(answer.body['@odata.count']))])
      return answer.body['@odata.count']
    }
  }
}

/**
 * Asks the index of a log for the rowids of events that may have a word, as statements do.
 * @param words one, or lists of them, of one of which the event may have all
 * @param after the range of time
 * @param column that must have the word; any if it is empty
 * @param tenant that has the events; null for all
 */
function candidatesFor(
  file: string,
  words: string | string[][],
  after: string | null = null,
  before: string | null = null,
  column = '',
  withinTime = () => {},
  tenant: string | null = null,
  tooLong = withinTime
) {
  const index = new DatabaseSync(`${file}-search`, { readOnly: true })
  const form = String(index.prepare('SELECT form FROM state').get()?.form)
  index.close()
  const lists = typeof words === 'string' ? [[words]] : words
  const asked = { columns: lists.map((list) => list.map(() => column)), isWhole: false }
  const values = [tenant, after, before, JSON.stringify(asked), ...lists.flat()]
  const columns = JSON.parse(form.slice(form.indexOf(' '))) as Searched
  const log = new DatabaseSync(file, { readOnly: true })
  addCandidates(log, { path: `${file}-search`, columns, instant: 'activityDateTime_utc' }, { withinTime, tooLong })
  try {
    return JSON.parse(
      String(log.prepare(`SELECT candidate_rows(${values.map(() => '?').join()}) AS rows`).get(...values)?.rows)
    ) as number[]
  } finally {
    log.close()
  }
}

const newFile = () => join(temporaryFolder(), 'events.sqlite')

describe('Events are found', () => {
  const first = newFile()

  it.concurrent('before they are in the index and after that, until retention has removed them', async () => {
    const file = first
    const service = await startOn(file, { CDS_SEALING_INTERVAL: '20' })
    await service.post(100, 'early')
    expect(await service.count('early')).toBe(100)
    await indexed(file, 100)
    await service.post(2, 'late') // no whole block more
    expect(lastIndexed(file)).toBe(95)
    expect([await service.count('early'), await service.count('late')]).toEqual([100, 2])
    expect(await service.count('"ann early"')).toBe(100)
    expect(await service.count('"ann LATE"')).toBe(2)

    await service.post(100, 'old', '2024-01-01T00:00:00Z')
    await service.post(50, 'new')
    await indexed(file, 252)
    const database = new DatabaseSync(file, { readOnly: true })
    await until(() => isSealed(database))
    database.close()
    expect((await command('purge', file, ['--before', '2024-03-01', '--by', 'ann'])).out).toContain('Removed 100')
    expect([await service.count('old'), await service.count('new')]).toEqual([0, 50])
    await service.post(50, 'more')
    await indexed(file, 302)
    expect([await service.count('old'), await service.count('new'), await service.count('more')]).toEqual([0, 50, 50])
    await service.stop()
  })

  it.concurrent('among the few that the index names, apart for each tenant', async () => {
    const file = newFile()
    const service = await startOn(file)
    await service.post(56, 'usual')
    await service.post(8, 'seldom')
    await indexed(file, 64)
    const found = candidatesFor(file, 'SELDOM')
    expect([Math.min(...found), found.length]).toEqual([56, 16])
    expect(candidatesFor(file, 'nowhere').length).toBe(8)
    expect(candidatesFor(file, [['nowhere'], ['seldom']])).toEqual(found)
    expect(
      candidatesFor(file, [
        ['ann', 'nowhere'],
        ['ann', 'SELDOM']
      ])
    ).toEqual(found)
    expect(() => candidatesFor(file, [['seldom'], ['ab']])).toThrow(TooMany)
    await service.post(8, 'not seldom', '2024-05-02T00:00:00Z', 'other')
    await indexed(file, 72)
    const ofTenant = (tenant: string | null, word: string) =>
      candidatesFor(file, word, null, null, '', () => {}, tenant)
    const pending = [72, 73, 74, 75, 76, 77, 78, 79] // the last one is not full, and so not in the index
    const seldom = [56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71]
    expect(ofTenant('', 'seldom').sort()).toEqual([...seldom, ...pending])
    expect(ofTenant('', 'not seldom')).toEqual(pending)
    expect(ofTenant('other', 'not seldom').sort()).toEqual([...seldom.slice(8), ...pending])
    expect(ofTenant('other', 'usual')).toEqual(pending)
    expect(ofTenant('unknown', 'seldom')).toEqual(pending)
    expect(ofTenant(null, 'seldom').filter((place) => place < 64)).toEqual(seldom.slice(0, 8))
    expect(await service.count('seldom')).toBe(16)
  })

  it.concurrent('of up to 64 tenants in the index, of others without it', async () => {
    const file = newFile()
    const service = await startOn(file)
    const requests = Array.from({ length: 71 }, (_, id) => ({
      ...{ id: `${id}`, method: 'POST', url: path },
      body: { id: `e${id}`, tenantId: `t${Math.min(id, 64)}`, activityDateTime: '2024-05-01T00:00:00Z', action: 'word' }
    }))
    await clientOf(() => service.url as string).post('/$batch', { requests })
    await indexed(file, 71)
    const ofTenant = (tenant: string | null, word: string) =>
      candidatesFor(file, word, null, null, '', () => {}, tenant)
    expect(ofTenant('t63', 'word')).toEqual([64, 65, 66, 67, 68, 69, 70, 71])
    expect(ofTenant('t63', 'nowhere')).toEqual([])
    expect(() => ofTenant('t64', 'word')).toThrow(TooMany)
    expect(() => ofTenant(null, 'word')).toThrow(TooMany)
    expect(await service.count('word')).toBe(71)
  })

  it.concurrent('among those of the time that is asked for', async () => {
    const file = newFile()
    const service = await startOn(file)
    for (const month of ['01', '02', '03']) {
      await service.post(504, `usual ${month}`, `2024-${month}-01T00:00:00Z`)
      await service.post(8, `seldom ${month}`, `2024-${month}-02T00:00:00Z`)
    }
    await indexed(file, 1536)
    const blocks = (after: string | null, before: string | null) =>
      [...new Set(candidatesFor(file, 'seldom', after, before).map((row) => Math.floor(row / 8)))].sort((a, b) => a - b)
    expect(blocks(null, null)).toEqual([63, 64, 127, 128, 191, 192]) // the last one is not full, and so not in the index
    expect(blocks('2024-02-03', null)).toEqual([128, 191, 192])
    expect(blocks(null, '2024-01-31')).toEqual([63, 64, 127, 192])
    expect(blocks('2024-01-15', '2024-01-31')).toEqual([64, 127, 192])
    expect(blocks('2024-03-15', '2024-03-31')).toEqual([192])
  })

  it.concurrent('by a part of a name, among those that have the name, as long as any has it', async () => {
    const file = newFile()
    const service = await startOn(file, { CDS_SEALING_INTERVAL: '20' })
    await service.post(40, 'Müller', '2024-01-01T00:00:00Z')
    await service.post(40, 'Mühle')
    await indexed(file, 80)
    const pending = [80, 81, 82, 83, 84, 85, 86, 87] // the last one is not full, and so not in the index
    const named = (part: string, after: string | null = null) =>
      [...new Set(candidatesFor(file, part, after, null, 'targetIdentity_displayName'))].sort((a, b) => a - b)
    const places = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index)
    expect(named('N MÜLL')).toEqual([...places(1, 40), ...pending])
    expect(named('hle')).toEqual(places(41, 87))
    expect(named('nn mü', '2024-05-01T00:00:38')).toEqual([79, ...pending])
    expect(named('Meier')).toEqual(pending)
    for (const column of ['', 'targetIdentity_displayName']) {
      const tooLate = () => {
        throw new TooExpensive()
      }
      expect(() => candidatesFor(file, 'müll', null, null, column, tooLate)).toThrow(TooExpensive)
    }

    const values = () => {
      const index = new DatabaseSync(`${file}-search`, { readOnly: true })
      const found = index.prepare('SELECT value FROM known_values').all()
      index.close()
      return found.map(({ value }) => value)
    }
    expect(values()).toEqual(['Ann Müller', 'Ann Mühle'])
    const database = new DatabaseSync(file, { readOnly: true })
    await until(() => isSealed(database))
    database.close()
    expect((await command('purge', file, ['--before', '2024-03-01', '--by', 'ann'])).out).toContain('Removed 40')
    await until(() => values().length === 1)
    expect(values()).toEqual(['Ann Mühle'])
    expect(named('n mü')).toEqual(places(41, 87))
    await service.post(40, 'Müller', '2024-05-02T00:00:00Z')
    await indexed(file, 120)
    expect(named('müll')).toEqual(places(81, 127))
  })

  it.concurrent('whatever their texts, also if those have too much for the index', async () => {
    const file = newFile()
    const service = await startOn(file)
    const { post, get } = clientOf(() => service.url as string)
    await service.post(7, 'usual')
    const action = `${various(200_000)} needle`
    const long = `${'x'.repeat(1000)} zebra`
    const [activityDateTime, targetIdentity] = ['2024-05-01T00:00:00Z', { displayName: long }]
    expect((await post(path, { id: 'various', activityDateTime, action })).status).toBe(201)
    await service.post(7, 'seldom')
    expect((await post(path, { id: 'long', activityDateTime, targetIdentity })).status).toBe(201)
    await service.post(7, 'other')
    await indexed(file, 23)
    expect(candidatesFor(file, 'needle')).toEqual([8, 9, 10, 11, 12, 13, 14, 15])
    expect(candidatesFor(file, 'seldom')).toEqual([8, 9, 10, 11, 12, 13, 14, 15])
    expect(candidatesFor(file, 'other')).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
    expect(candidatesFor(file, 'zebra', null, null, 'targetIdentity_displayName')).toEqual([16])
    expect([await service.count('needle'), await service.count('zebra'), await service.count('nowhere')]).toEqual([
      1, 1, 0
    ])
    const found = await get(query(path, { $filter: "endswith(targetIdentity/displayName,'zebra')", $select: 'id' }))
    expect(valuesOf(found).map(({ id }) => id)).toEqual(['long'])
  })

  it.concurrent('by texts of members with names that the parser takes for others', async () => {
    const file = newFile()
    const service = await startOn(file)
    const { post } = clientOf(() => service.url as string)
    const activityDateTime = '2024-05-01T00:00:00Z'
    const first = { m: 'ü', '\\': [], '"q"': 0 }
    const second = { m: 'ü', '"': 'needle', '\\': 'other' }
    for (const details of [first, second])
      expect((await post(path, { activityDateTime, targetIdentity: { details } })).status).toBe(201)
    await service.post(6, 'usual')
    await indexed(file, 8)
    expect(await service.count('needle')).toBe(1)
  })

  it.concurrent('by another process where much of the index has to be read', async () => {
    const file = newFile()
    const service = await startOn(file)
    await service.post(80, 'usual')
    await indexed(file, 80)
    const grow = (blocks: number) => {
      const index = new DatabaseSync(`${file}-search`, { timeout: 1000 })
      index.prepare('UPDATE tenants SET blocks = ?').run(blocks)
      index.close()
    }
    const tooLong = () => {
      throw new TooExpensive()
    }
    const find = (terms: number, column = '') => {
      const lists = Array.from({ length: terms }, (_, index) => [`nowhere ${index}`])
      return candidatesFor(file, lists, null, null, column, () => {}, null, tooLong)
    }
    const pending = [80, 81, 82, 83, 84, 85, 86, 87] // the last one is not full, and so not in the index
    grow(1_000_000)
    for (const column of ['', 'targetIdentity_displayName']) {
      expect(find(1, column)).toEqual(pending)
      expect(() => find(30, column)).toThrow(TooExpensive)
    }
    grow(10)
    expect(find(30)).toEqual(pending)
    expect(await service.count('usual')).toBe(80)
  })

  it.concurrent('by two services on one log', async () => {
    const file = newFile()
    const [one, other] = [await startOn(file), await startOn(file)]
    await Promise.all([one.post(60, 'first'), other.post(60, 'second')])
    await indexed(file, 120)
    for (const service of [one, other])
      expect([await service.count('first'), await service.count('second')]).toEqual([60, 60])
    await one.stop()
    await other.post(60, 'third')
    await indexed(file, 180)
    expect(await other.count('third')).toBe(60)
  })

  it.concurrent('in an older copy of the log that has grown again', async () => {
    const file = newFile()
    let service = await startOn(file)
    await service.post(20, 'first')
    await service.stop()
    copyFileSync(file, `${file}-copy`)
    service = await startOn(file)
    await service.post(40, 'lost')
    await indexed(file, 60)
    await service.stop()
    copyFileSync(`${file}-copy`, file)
    service = await startOn(file)
    await service.post(80, 'again')
    expect([await service.count('lost'), await service.count('again')]).toEqual([0, 80])
    await until(() => lastIndexed(file) === 95)
    expect([await service.count('lost'), await service.count('again')]).toEqual([0, 80])
  })

  it('in another log that is put in the place of the first', async () => {
    const file = newFile()
    const before = await startOn(file)
    await before.post(60, 'other')
    await indexed(file, 60)
    await before.stop()
    copyFileSync(first, file)
    const service = await startOn(file)
    expect([await service.count('other'), await service.count('early')]).toEqual([0, 100])
    await until(() => service.log().includes('The search index is outdated') && lastIndexed(file) === 295)
    expect([await service.count('other'), await service.count('early')]).toEqual([0, 100])
  })

  // by itself, as it loads what checks a log: Jest loads nothing between tests, as while another one runs
  it('in a log that stays sound', async () => expect((await verify(first)).status).toBe(0))
})

describe('An index that cannot be used', () => {
  let file: string
  let service: Awaited<ReturnType<typeof startOn>>

  beforeAll(async () => {
    file = newFile()
    service = await startOn(file)
    await service.post(60, 'word')
    await indexed(file, 60)
    expect(await service.count('word')).toBe(60)
  })

  it('is made again when it was deleted', async () => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}-search${end}`, { force: true })
    expect(await service.count('word')).toBe(60)
    await service.post(20, 'deleted')
    await indexed(file, 80)
    expect([await service.count('word'), await service.count('deleted')]).toEqual([60, 20])
  })

  it('is made again when it was overwritten', async () => {
    const overwrite = () => writeFileSync(`${file}-search`, 'x'.repeat(statSync(`${file}-search`).size))
    overwrite()
    await service.post(20, 'more')
    expect([await service.count('word'), await service.count('more')]).toEqual([60, 20])
    await service.stop()
    overwrite()
    service = await startOn(file)
    expect([await service.count('word'), await service.count('more')]).toEqual([60, 20])
    await indexed(file, 100)
    expect([await service.count('word'), await service.count('more')]).toEqual([60, 20])
  })

  it('is not waited for when it is locked', async () => {
    const other = new DatabaseSync(`${file}-search`, { timeout: 5000 })
    other.exec('BEGIN EXCLUSIVE')
    await service.post(20, 'locked')
    expect([await service.count('word'), await service.count('locked')]).toEqual([60, 20])
    other.exec('ROLLBACK')
    other.close()
    await indexed(file, 120)
    expect(await service.count('locked')).toBe(20)
  })

  it('is not asked when it is switched off', async () => {
    await service.stop()
    const env = { CDS_REQUIRES_DB_SEARCH__INDEX: 'false' }
    service = await startOn(file, env)
    await service.post(20, 'off')
    expect([await service.count('word'), await service.count('off')]).toEqual([60, 20])
    expect(lastIndexed(file)).toBe(119)
  })

  it('is told of once when it cannot be written', async () => {
    await service.stop()
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}-search${end}`, { force: true })
    mkdirSync(`${file}-search`)
    service = await startOn(file)
    await service.post(20, 'told')
    expect([await service.count('word'), await service.count('told')]).toEqual([60, 20])
    await until(() => service.log().includes('Searches are slow, as their index cannot be written:'))
    expect((await service.stop())[0]).toBe(0)
    expect(service.log().split('Searches are slow').length).toBe(2)
  })
})
