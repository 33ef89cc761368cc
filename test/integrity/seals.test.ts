import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Seal } from '../../srv/database/log.ts'
import { nextSeal } from '../../srv/integrity/chain.ts'
import { temporaryFolder } from '../support/process.ts'
import { ARRIVALS, coverAnew, EVENTS, findingsIn, insert, makeLog, rewritten, SEALS, tampered } from './tampering.ts'

const sound = join(temporaryFolder(), 'sound.sqlite')

beforeAll(() => makeLog(sound))

const instant = '2024-07-01T00:00:00.0000000'

/** Adds an event as the service does. */
function add(database: DatabaseSync, id: string) {
  const tenant = id.charAt(0)
  const event = {
    id,
    tenant,
    tenantId: tenant,
    activityDateTime: '2024-07-01T00:00:00Z',
    activityDateTime_utc: instant
  }
  insert(database, EVENTS, event)
  insert(database, ARRIVALS, { event: id, tenant })
}

const alter = `UPDATE ${EVENTS} SET jobId = 'x' WHERE id = 'a1'`
const coveredAnew = (tenant: string) => (database: DatabaseSync) => {
  database.exec(alter)
  coverAnew(database, tenant, ['a1'])
}

describe('An arrival is covered once, by the chain of its own tenant', () => {
  it('as the service does', async () => expect(await findingsIn(sound)).toEqual([]))

  it.each<[string, (database: DatabaseSync) => unknown, string[]]>([
    [
      'an altered event in a seal of a new tenant',
      coveredAnew('new'),
      [
        "Event 'a1' of tenant 'new' (arrival 1) is covered once more, by seal 1 of tenant 'new'.",
        "Event 'a1' of tenant 'a' (arrival 1) was altered."
      ]
    ],
    [
      'in one of the empty tenant',
      coveredAnew(''),
      [
        "Event 'a1' of tenant '' (arrival 1) is covered once more, by seal 1 of tenant ''.",
        "Event 'a1' of tenant 'a' (arrival 1) was altered."
      ]
    ],
    [
      "at the end of another's chain",
      coveredAnew('b'),
      [
        "Seal 4 of tenant 'b', which covers events from 'a1' of tenant 'b' (arrival 1) on, covers what came in before the end of the one before it.",
        "Event 'a1' of tenant 'b' (arrival 1) is covered once more, by seal 4 of tenant 'b'.",
        "Event 'a1' of tenant 'a' (arrival 1) was altered."
      ]
    ],
    [
      'at the end of its own chain',
      coveredAnew('a'),
      [
        "Seal 4 of tenant 'a', which covers events from 'a1' of tenant 'a' (arrival 1) on, covers what came in before the end of the one before it.",
        "Event 'a1' of tenant 'a' (arrival 1) is covered once more, by seal 4 of tenant 'a'.",
        "Event 'a1' of tenant 'a' (arrival 1) was altered."
      ]
    ],
    [
      'an altered event together with a new one',
      (database) => {
        database.exec(alter)
        add(database, 'a7')
        coverAnew(database, 'a', ['a1', 'a7'])
      },
      [
        "Seal 4 of tenant 'a', which covers events from 'a1' of tenant 'a' (arrival 1) on, covers what came in before the end of the one before it.",
        "Event 'a1' of tenant 'a' (arrival 1) is covered once more, by seal 4 of tenant 'a'.",
        "Event 'a1' of tenant 'a' (arrival 1) was altered."
      ]
    ],
    [
      'twice by the same seal',
      (database) => {
        add(database, 'a7')
        const leaf = { sequence: 13, id: 'a7', instant, digest: '0'.repeat(64) }
        const last = database.prepare(`SELECT * FROM ${SEALS} WHERE tenant = 'a' AND number = 3`).get() as Seal
        insert(database, SEALS, nextSeal('a', [leaf, leaf], last, new Date()))
      },
      [
        "Seal 4 of tenant 'a', which covers events from 'a7' of tenant 'a' (arrival 13) on, does not cover what it says.",
        "Event 'a7' of tenant 'a' (arrival 13) is covered once more, by seal 4 of tenant 'a'.",
        "Event 'a7' of tenant 'a' (arrival 13) was altered."
      ]
    ],
    [
      'a new event in the chain of another tenant',
      (database) => {
        add(database, 'a7')
        coverAnew(database, 'b', ['a7'])
      },
      ["Event 'a7' of tenant 'b' (arrival 13) is sealed in the chain of another tenant than its own, 'a'."]
    ],
    [
      'a tenant that is gone with its chain',
      (database) =>
        database.exec(
          `DELETE FROM ${EVENTS} WHERE tenant = 'b'; DELETE FROM ${ARRIVALS} WHERE tenant = 'b'; DELETE FROM ${SEALS} WHERE tenant = 'b'`
        ),
      [2, 4, 6, 8, 10].map((arrival) => `Arrival ${arrival} is missing, and no seal covers what came in.`)
    ],
    [
      'events that were removed before they were sealed',
      (database) => {
        for (const id of ['a7', 'b7', 'a8']) add(database, id)
        database.exec(`DELETE FROM ${EVENTS} WHERE id LIKE '_7'; DELETE FROM ${ARRIVALS} WHERE event LIKE '_7'`)
        coverAnew(database, 'a', ['a8'])
      },
      ['Arrivals 13 to 14 are missing, and no seal covers what came in.']
    ],
    [
      'an event that came in before all others',
      (database) => {
        add(database, 'a7')
        database.exec(`UPDATE ${ARRIVALS} SET sequence = -5 WHERE event = 'a7'`)
      },
      ["Event 'a7' of tenant 'a' (arrival -5) was added, or its seal was removed."]
    ],
    [
      'an arrival without its event, after the last seal',
      (database) => insert(database, ARRIVALS, { event: 'a7', tenant: 'a' }),
      ["Event 'a7' (arrival 13) was removed before it was sealed."]
    ]
  ])('%s', async (_, change, messages) => expect(await findingsIn(tampered(sound, change))).toEqual(messages))

  it.each<[string, Partial<Seal>]>([
    ['begins later', { firstSequence: 7 }],
    ['ends later', { lastSequence: 100 }],
    ['covers more', { count: 3 }],
    ['covers nothing', { leaves: '[]' }],
    ['covers nothing that can be read', { leaves: '{"5":"a3"}' }]
  ])('and a seal that %s than its events is found, though its hash is right', async (_, change) => {
    const found = await findingsIn(rewritten(sound, () => change, { follow: true }))
    expect(found.join('\n')).toMatch(/^Seal 2 of tenant 'a'.* does not cover what it says\.$/m)
  })

  it.each<[string, string, string]>([
    ['number', '9223372036854775807', 'was altered: its hash is not that of its content'],
    ['count', '9223372036854775807', 'was altered: its hash is not that of its content'],
    ['leaves', 'CAST(leaves AS BLOB)', 'was altered: its hash is not that of its content'],
    ['sealedAt', "CAST(x'FF' AS TEXT)", "was altered: its column 'sealedAt' is not UTF-8"]
  ])('and a seal whose %s is %s', async (column, value, fault) => {
    const found = await findingsIn(
      tampered(sound, `UPDATE ${SEALS} SET ${column} = ${value} WHERE tenant = 'a' AND number = 3`)
    )
    expect(found.join('\n')).toContain(fault)
  })

  it('and what an event was is compared with the seal, when its time is rewritten there', async () => {
    const change = ({ leaves }: Seal) => ({ leaves: leaves.replace('2024-03-01', '2020-03-01') })
    expect(await findingsIn(rewritten(sound, change, { follow: true }))).toEqual([
      "Event 'a3' of tenant 'a' (arrival 5) happened at another time than its seal says."
    ])
  })
})
