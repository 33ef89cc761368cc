import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import cds from '@sap/cds'
import { startInProcess } from '../support/in-process.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, type Json } from '../support/service.ts'
import { effort } from './effort.ts'

const ROUNDS = effort(4, 30, 300)
const CLIENTS = 4
const EVENTS = 'microsoft_graph_provisioningObjectSummary'

startInProcess()

describe('An acknowledged event', () => {
  it('is on disk: every commit waits for it', async () => {
    const modes: unknown = await cds.db.run(
      'SELECT journal_mode, synchronous FROM pragma_journal_mode, pragma_synchronous'
    )
    expect(modes).toEqual([{ journal_mode: 'wal', synchronous: 2 }]) // 2 is FULL
  })

  // Two databases, as a start is mostly waiting for one core.
  it.concurrent.each(['even', 'odd'])(
    `outlives SIGKILL at a random moment under load, in half of ${ROUNDS} rounds: %s`,
    async (name) => {
      const file = join(temporaryFolder(), `${name}.sqlite`)
      const acknowledged = new Map<string, Json>()
      let since = 0
      for (let round = 0; round < ROUNDS / 2; round++) {
        const service = await startProcess({ file })
        await expectAll([...acknowledged.keys()].slice(since), acknowledged, service.url as string)
        since = acknowledged.size
        const clients = Array.from({ length: CLIENTS }, (_, client) =>
          postUntilKilled(service.url as string, `${round}-${client}`, acknowledged)
        )
        // in one round of three also before the first event is on disk, which on a busy machine is most of that time
        while (round % 3 && acknowledged.size - since < CLIENTS) await delay(5)
        await delay(randomInt(20, 400))
        await service.stop('SIGKILL')
        await Promise.all(clients)
        expectWhole(file, acknowledged)
      }
      expect(acknowledged.size).toBeGreaterThan(ROUNDS)
    },
    ROUNDS * 30_000
  )
})

/** Posts one event after the other, single ones and pairs in change sets, and notes those that were acknowledged. */
async function postUntilKilled(url: string, client: string, acknowledged: Map<string, Json>) {
  const headers = { 'Content-Type': 'application/json' }
  const postTo = async (path: string, body: object) => {
    const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Json }
  }
  try {
    for (let count = 0; ; count++) {
      const events = ['a', 'b'].map((part): Json => ({ ...documentedExample, id: `${client}-${count}-${part}` }))
      if (count % 2) {
        const { status } = await postTo('/auditLogs/provisioning', events[0] as Json)
        if (status === 201) note(events.slice(0, 1), acknowledged)
      } else {
        const requests = events.map((body, id) => ({
          id: String(id),
          atomicityGroup: 'g',
          method: 'POST',
          url: '/auditLogs/provisioning',
          headers,
          body
        }))
        const { body } = await postTo('/$batch', { requests })
        const responses = body.responses as { status: number }[]
        if (responses.every(({ status }) => status === 201)) note(events, acknowledged)
      }
    }
  } catch {
    // the connection ends with the process
  }
}

function note(events: Json[], acknowledged: Map<string, Json>) {
  for (const event of events) acknowledged.set(event.id as string, event)
}

/** The restarted service has each of the events as it was sent. */
async function expectAll(ids: string[], acknowledged: Map<string, Json>, url: string) {
  for (const id of ids) {
    const read = (await (await fetch(`${url}/auditLogs/provisioning/${id}`)).json()) as Json
    expect(read).toMatchObject(acknowledged.get(id) as Json)
  }
}

/** The file is sound, every acknowledged event is there once, and none is half there, acknowledged or not. */
function expectWhole(file: string, acknowledged: Map<string, Json>) {
  const database = new DatabaseSync(file)
  const column = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => String(Object.values(row)[0]))
  expect(column('PRAGMA integrity_check')).toEqual(['ok'])
  const ids = column(`SELECT id FROM ${EVENTS}`)
  expect(new Set(ids).size).toBe(ids.length)
  expect([...acknowledged.keys()].filter((id) => !ids.includes(id))).toEqual([])
  expect(column('SELECT event FROM provisioning_log_Arrivals ORDER BY event')).toEqual(ids.toSorted())
  expect(
    column(`SELECT count(*) FROM ${EVENTS} WHERE modifiedProperties IS NULL OR provisioningSteps IS NULL`)
  ).toEqual(['0'])
  // of a change set there are both events or none: single ones have odd numbers
  const halves = ids.filter((id) => Number(id.split('-')[2]) % 2 === 0).map((id) => id.slice(0, -2))
  expect(halves.length).toBe(new Set(halves).size * 2)
  database.close()
}
