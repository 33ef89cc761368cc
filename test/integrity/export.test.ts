import { copyFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readExport } from '../../srv/integrity/export.ts'
import { temporaryFolder } from '../support/process.ts'
import { verify, verifyAtRest } from '../support/command.ts'
import { ARRIVALS, coverAnew, EVENTS, makeLog, rewritten, SEALS, tampered } from './tampering.ts'

const folder = temporaryFolder()
const sound = join(folder, 'sound.sqlite')

const sql = (text: string) => tampered(sound, text)

const held = join(folder, 'held.json')
let exported: Awaited<ReturnType<typeof verify>>

beforeAll(async () => {
  await makeLog(sound)
  exported = await verify(sound, '--export', held)
})

describe('An export of the latest seals', () => {
  it('is written when all is well, and found in the log', async () => {
    expect(exported.out).toContain(`Exported the latest seals to ${held}.`)
    expect(JSON.parse(readFileSync(held, 'utf8'))).toMatchObject({
      seals: [{ tenant: 'a' }, { tenant: 'b' }],
      purge: null
    })
    const { status, out } = await verify(sound, '--against', held)
    expect([status, out]).toEqual([0, expect.stringContaining('All is well, and what was exported is there.')])
  })

  it('is not written of a log that was tampered with', async () => {
    const file = join(folder, 'not-written.json')
    expect((await verify(sql(`DELETE FROM ${EVENTS} WHERE id = 'a1'`), '--export', file)).status).toBe(1)
    expect(() => readFileSync(file)).toThrow('ENOENT')
  })

  it('replaces an earlier one only if the log has what that one holds, and all at once', async () => {
    const own = join(temporaryFolder(), 'held.json')
    copyFileSync(held, own)
    const before = readFileSync(own, 'utf8')
    const { status, out, err } = await verifyAtRest(sound, '--export', own)
    expect([status, out, err]).toEqual([
      2,
      '',
      `The log cannot be checked: ${own} exists: it is replaced only if it is named with --against, too, and the log has what it holds.\n`
    ])
    const cut = sql(`DELETE FROM ${EVENTS} WHERE id = 'a1'`)
    expect((await verifyAtRest(cut, '--export', own, '--against', own)).status).toBe(1)
    expect(readFileSync(own, 'utf8')).toBe(before)
    const link = `${own}-link`
    symlinkSync(own, link)
    expect((await verifyAtRest(sound, '--export', link, '--against', link)).status).toBe(0)
    const after = JSON.parse(readFileSync(own, 'utf8')) as { exportedAt: string }
    expect(after).toEqual({ ...JSON.parse(before), exportedAt: after.exportedAt })
    expect(after.exportedAt > (JSON.parse(before) as { exportedAt: string }).exportedAt).toBe(true)
    expect(readdirSync(dirname(own)).toSorted()).toEqual(['held.json', 'held.json-link'])
  })

  it.concurrent.each<[string, number, () => string, string]>([
    [
      'the last events were cut off with their seals',
      0,
      () =>
        sql(
          `DELETE FROM ${SEALS} WHERE lastSequence > 8; DELETE FROM ${EVENTS} WHERE id LIKE '%5' OR id LIKE '%6'; DELETE FROM ${ARRIVALS} WHERE sequence > 8`
        ),
      "Seal 3 of tenant 'b', which is held elsewhere, was removed: so were the events of the tenant that came in after arrival 8, up to arrival 12, or their seals."
    ],
    [
      'the last seals were removed',
      3,
      () => sql(`DELETE FROM ${SEALS} WHERE lastSequence > 8`),
      "Seal 3 of tenant 'b', which is held elsewhere, was removed: so were the events of the tenant that came in after arrival 8, up to arrival 12, or their seals."
    ],
    [
      'all was removed',
      0,
      () => sql(`DELETE FROM ${SEALS}; DELETE FROM ${EVENTS}; DELETE FROM ${ARRIVALS}`),
      "Seal 3 of tenant 'a', which is held elsewhere, was removed: so were the events of the tenant that came in after arrival 0, up to arrival 11, or their seals."
    ],
    [
      'the seals were rewritten',
      0,
      () => rewritten(sound, () => ({ sealedAt: '2024-01-01T00:00:00.000Z' }), { follow: true }),
      "Seal 3 of tenant 'a', which is held elsewhere, was rewritten: events of the tenant up to arrival 11 are not those that were sealed."
    ]
  ])('tells what the log alone cannot: %s', async (_, alone, change, message) => {
    const file = change()
    expect((await verifyAtRest(file)).status).toBe(alone)
    const { status, err } = await verifyAtRest(file, '--against', held)
    expect([status, err]).toEqual([1, expect.stringContaining(message)])
  })

  it('tells that what was sealed before was sealed once more', async () => {
    const file = tampered(sound, (database) => {
      // moved out of its own seal, with all that follows from it, so that it is covered once in the end
      database.exec(
        `UPDATE ${EVENTS} SET jobId = 'x' WHERE id = 'b6'; DELETE FROM ${SEALS} WHERE tenant = 'b' AND number = 3`
      )
      coverAnew(database, 'b', ['b5'])
      coverAnew(database, 'b', ['b6'])
    })
    expect((await verify(file)).status).toBe(0)
    const { status, err } = await verify(file, '--against', held)
    expect([status, err]).toEqual([
      1,
      expect.stringContaining(
        "Seal 4 of tenant 'b' was added: it covers arrival 12, which was sealed when the seals were exported."
      )
    ])
  })

  it.each([
    ['an empty file', ''],
    ['no object', 'null'],
    ['an object without seals', '{}'],
    ['no seal', '{"seals":[],"purge":null}'],
    ['a seal that is none', '{"seals":[{}],"purge":null}'],
    ['null for a seal', '{"seals":[null],"purge":null}'],
    ['a seal without a hash', '{"seals":[{"tenant":"a","number":3,"firstSequence":9,"lastSequence":11}],"purge":null}'],
    [
      'nothing of what retention removed',
      '{"seals":[{"tenant":"a","number":3,"firstSequence":9,"lastSequence":11,"hash":""}]}'
    ],
    [
      'a record that is none',
      '{"seals":[{"tenant":"a","number":3,"firstSequence":9,"lastSequence":11,"hash":""}],"purge":{}}'
    ]
  ])('is not taken if it holds %s', (_, text) => {
    expect(() => readExport(text)).toThrow(/^it holds /)
  })

  it('is named where it is not taken', async () => {
    const file = join(folder, 'other.json')
    writeFileSync(file, '{}')
    const { status, err } = await verify(sound, '--against', file)
    expect([status, err]).toEqual([2, expect.stringContaining(`${file} is not an export: it holds`)])
  })

  it('is not written while nothing is sealed', async () => {
    const file = join(folder, 'not-written.json')
    const { status, out } = await verify(
      sql(`DELETE FROM ${SEALS}; DELETE FROM ${EVENTS}; DELETE FROM ${ARRIVALS}`),
      '--export',
      file
    )
    expect([status, out]).toEqual([0, expect.stringContaining('Nothing is sealed, so nothing was exported.')])
    expect(() => readFileSync(file)).toThrow('ENOENT')
  })
})
