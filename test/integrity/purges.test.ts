import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { PurgeRecord } from '../../srv/database/log.ts'
import { hashOf } from '../../srv/integrity/chain.ts'
import { nextRecord } from '../../srv/integrity/purge-record.ts'
import { temporaryFolder } from '../support/process.ts'
import { command, verify } from '../support/command.ts'
import { ARRIVALS, coverAnew, EVENTS, findingsIn, insert, makeLog, PURGES, tampered } from './tampering.ts'

const sound = join(temporaryFolder(), 'sound.sqlite')

/** Of the log, retention removed the events of January and February: the first four that came in. */
beforeAll(async () => {
  await makeLog(sound)
  expect((await command('purge', sound, ['--before', '2024-03-01', '--by', 'ann'])).out).toContain('Removed 4 events')
})

const remove =
  (...sequences: number[]) =>
  (database: DatabaseSync) => {
    for (const sequence of sequences) {
      const { event } = database.prepare(`SELECT event FROM ${ARRIVALS} WHERE sequence = ?`).get(sequence) ?? {}
      database.prepare(`DELETE FROM ${EVENTS} WHERE id = ?`).run(String(event))
      database.prepare(`DELETE FROM ${ARRIVALS} WHERE sequence = ?`).run(sequence)
    }
  }

/** Adds a record that follows from the last one. */
const record =
  (sequences: number[], before: string, change: Partial<PurgeRecord> = {}) =>
  (database: DatabaseSync) => {
    const last = database.prepare(`SELECT * FROM ${PURGES} ORDER BY number DESC`).get() as PurgeRecord
    const forged = { ...nextRecord(sequences, `${before}T00:00:00.0000000`, 'ann', last, new Date()), ...change }
    insert(database, PURGES, { ...forged, hash: hashOf(forged) })
  }

type Step = (database: DatabaseSync) => unknown

describe('A record of what retention removed', () => {
  it('is told of', async () => {
    const { status, out } = await verify(sound)
    expect(status).toBe(0)
    expect(out).toContain('Removed by retention: 4 events.')
    expect(out).toMatch(
      /Latest removal: record 1, by 'ann' at \S+Z, of what happened before 2024-03-01T00:00:00.0000000Z\./
    )
  })

  it.each<[string, Step[], string[]]>([
    [
      'does not excuse that one event is gone, where older ones are there',
      [remove(7), record([7], '2024-04-02')],
      [
        "Record 2 of what retention removed leaves out event 'a3' of tenant 'a' (arrival 5), which is as old.",
        "Record 2 of what retention removed leaves out event 'b3' of tenant 'b' (arrival 6), which is as old."
      ]
    ],
    [
      'nor by a limit that the event does not lie before',
      [remove(7), record([7], '2024-04-01')],
      [
        "Record 2 of what retention removed leaves out event 'a3' of tenant 'a' (arrival 5), which is as old.",
        "Record 2 of what retention removed leaves out event 'b3' of tenant 'b' (arrival 6), which is as old.",
        "Event 'a4' of tenant 'a' (arrival 7) was removed.",
        'Records tell of 1 more events that retention removed than are gone.'
      ]
    ],
    [
      'nor by one that lies after its own date',
      [remove(5, 6, 7), record([5, 6, 7], '2999-01-01')],
      ['Record 2 of what retention removed has a limit that lies after its own date.']
    ],
    [
      'nor by one in the future',
      [remove(5, 6, 7), record([5, 6, 7], '2998-01-01', { purgedAt: '2999-01-01T00:00:00.000Z' })],
      ['Record 2 of what retention removed has a limit that lies in the future.']
    ],
    [
      'nor by a limit that is none',
      [remove(5, 6, 7), record([5, 6, 7], '2024-04-02', { before: 'never' })],
      ['Record 2 of what retention removed has a limit or a date that is none.']
    ],
    [
      'nor by a range that was not all sealed',
      [record([13, 14], '2024-01-01')],
      ['Records tell of 2 more events that retention removed than are gone.']
    ],
    [
      'is not made twice of the same events',
      [record([1, 2, 3, 4], '2024-03-01')],
      ['Records tell of 4 more events that retention removed than are gone.']
    ],
    [
      'is not of as many events as it says',
      [record([1, 2, 3, 4], '2024-03-01', { count: 0, sequences: '[]' })],
      ['Record 2 of what retention removed does not tell of as many events as it says.']
    ],
    [
      'is not one that cannot be read',
      [remove(5, 6), record([5, 6], '2024-04-01', { sequences: '{"5":6}' })],
      [
        'Record 2 of what retention removed does not tell of as many events as it says.',
        "Event 'a3' of tenant 'a' (arrival 5) was removed.",
        "Event 'b3' of tenant 'b' (arrival 6) was removed."
      ]
    ],
    [
      'is never of what came in last',
      [remove(5, 6, 7, 8, 9, 10, 11, 12), record([5, 6, 7, 8, 9, 10, 11, 12], '2025-01-01')],
      ["Event 'b6' of tenant 'b' (arrival 12) came in last, which retention does not remove."]
    ],
    [
      'is no text but UTF-8',
      [(database) => database.exec(`UPDATE ${PURGES} SET purgedBy = CAST(x'FF' AS TEXT)`)],
      ["Record 1 of what retention removed was altered: its column 'purgedBy' is not UTF-8."]
    ],
    [
      'has no number that is none',
      [(database) => database.exec(`UPDATE ${PURGES} SET count = 9223372036854775807`)],
      ['Record 1 of what retention removed was altered: its hash is not that of its content.']
    ]
  ])('%s', async (_, steps, messages) => {
    expect(await findingsIn(tampered(sound, (database) => steps.forEach((step) => step(database))))).toEqual(messages)
  })

  const backdate = (database: DatabaseSync) =>
    database.exec(`UPDATE ${EVENTS} SET activityDateTime_utc = '2020-01-01T00:00:00.0000000' WHERE id = 'a5'`)
  const purge = (file: string) => command('purge', file, ['--before', '2021-01-01'])

  it('does not excuse that an event is gone which was backdated before', async () => {
    const file = tampered(sound, backdate)
    expect((await purge(file)).out).toContain('Removed 1 events')
    expect(await findingsIn(file)).toEqual([
      "Event 'a5' of tenant 'a' (arrival 9) was removed.",
      'Records tell of 1 more events that retention removed than are gone.'
    ])
  })

  it.each(['a', 'b', '', 'new'])(
    "nor if one more seal, of tenant '%s', covers it as it was backdated",
    async (tenant) => {
      const file = tampered(sound, (database) => {
        backdate(database)
        coverAnew(database, tenant, ['a5'])
      })
      expect((await purge(file)).out).toContain('Removed 1 events')
      const found = await findingsIn(file)
      expect(found.join('\n')).toMatch(/^Event 'a5' of tenant '\w*' \(arrival 9\) is covered once more, by seal \d of/m)
      expect(found).toContain("Event 'a5' of tenant 'a' (arrival 9) was removed.")
    }
  )
})
