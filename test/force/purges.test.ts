import { execFile } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { verify } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, query, valuesOf, type Json } from '../support/service.ts'
import { effort } from './effort.ts'

const ROUNDS = effort(3, 20, 300)
const path = '/auditLogs/provisioning'
const WORDS = ['alpha', 'bravo', 'charlie']
const RETENTION = { CDS_RETENTION_DAYS: '40', CDS_RETENTION_INTERVAL: '0.02', CDS_SEALING_INTERVAL: '50' }

const file = join(temporaryFolder(), 'events.sqlite')
const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000).toISOString()
type Client = ReturnType<typeof clientOf>

/** What should not have happened. */
const faults: string[] = []

/** The events that were acknowledged and must stay. */
const young: string[] = []

/** Posts events, of which one of three must stay. */
async function post({ post }: Client, name: string) {
  const requests = Array.from({ length: 30 }, (_, index) => {
    const activityDateTime = daysAgo(index % 3 ? randomInt(42, 200) : randomInt(38))
    const targetIdentity = { displayName: `${WORDS[(index % 7) % 3]} ${name}` }
    const body = { id: `${name}-${index}`, activityDateTime, jobId: `job${index % 2}`, targetIdentity }
    return { id: `${index}`, method: 'POST', url: path, body }
  })
  const { body } = await post('/$batch', { requests })
  for (const { id, status } of body.responses as { id: string; status: number }[]) {
    if (status !== 201) faults.push(`${status} for ${name}-${id}`)
    else if (Number(id) % 3 === 0) young.push(`${name}-${id}`)
  }
}

/** A reader of changes. It goes on with its link after a restart, and begins anew when that is refused. */
const reader = { next: query(path, { $select: 'id' }), seen: new Set<unknown>() }
const BEGIN = reader.next

/** Reads a page. @returns whether there may be more: what came in while a list was read follows by its last link */
async function follow({ get }: Client) {
  const answer = await get(reader.next, { Prefer: 'track-changes,maxpagesize=50' })
  const isRefused = answer.status === 410
  if (answer.status !== 200 && !isRefused) faults.push(`${answer.status} for ${reader.next}`)
  if (isRefused) reader.seen.clear()
  else
    for (const { id } of valuesOf(answer))
      if (reader.seen.size === reader.seen.add(id).size) faults.push(`${String(id)} came twice`)
  const { '@odata.nextLink': more, '@odata.deltaLink': last } = answer.body
  reader.next = isRefused ? BEGIN : String(more ?? last).replace(/^http:\/\/[^/]*/, '')
  return isRefused || more !== undefined || valuesOf(answer).length > 0
}

/** Runs `npm run purge`, and kills it after a while, or when it has ended. */
const purge = () =>
  new Promise<void>((resolve) => {
    const args = ['srv/commands/purge.ts', '--before', daysAgo(randomInt(50, 180))]
    const env = { ...process.env, CDS_REQUIRES_DB_CREDENTIALS_URL: file }
    const options = { env, timeout: randomInt(300, 2000), killSignal: 'SIGKILL' } as const
    execFile(process.execPath, args, options, (error, _, said) => {
      if (error && !error.killed && !said.includes('--before must not lie after')) faults.push(said)
      resolve()
    })
  })

/** Works again and again, until the service is killed. */
async function repeat(work: (count: number) => Promise<unknown>) {
  try {
    for (let count = 0; ; count++) await work(count)
  } catch {
    // the connection ends with the process
  }
}

/** All events that a query finds. */
async function all({ get }: Client, options: Record<string, string>): Promise<Json[]> {
  const $select = 'id,jobId,targetIdentity'
  const { text } = await get(query(path, { $select, ...options }), { Accept: 'application/x-ndjson' })
  return text.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Json] : []))
}

describe('While old events are removed, and the service and npm run purge are killed', () => {
  it(
    'young ones stay, each change is seen once or refused with 410, and seals, counts and searches are right',
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const service = await startProcess({ file, env: RETENTION })
        const client = clientOf(() => service.url as string)
        const work = [
          repeat((count) => post(client, `${round}a${count}`)),
          repeat((count) => post(client, `${round}b${count}`)),
          repeat(() => follow(client)),
          purge()
        ]
        const { status, err } = await verify(file)
        if (status !== 0) faults.push(err)
        await delay(randomInt(100, 1000))
        await service.stop('SIGKILL')
        await Promise.all(work)
      }
      expect(faults).toEqual([])

      const { url, stop } = await startProcess({ file })
      const client = clientOf(() => url as string)
      while (await follow(client));
      expect(faults).toEqual([])
      expect(young.filter((id) => !reader.seen.has(id))).toEqual([])
      const events = await all(client, {})
      const ids = new Set(events.map(({ id }) => id))
      expect(young.length).toBeGreaterThan(10 * ROUNDS)
      expect(young.filter((id) => !ids.has(id))).toEqual([])
      const { status, out } = await verify(file)
      expect([status, Number(/Removed by retention: (\d+)/.exec(out)?.[1]) > ROUNDS]).toEqual([0, true])

      expect((await client.get(`${path}/$count`)).text).toBe(String(events.length))
      const groups = await client.get(
        query(path, { $apply: 'groupby((jobId),aggregate($count as n))', $orderby: 'jobId' })
      )
      const ofJob = (jobId: string) => events.filter((each) => each.jobId === jobId).length
      expect(valuesOf(groups).map(({ n }) => n)).toEqual(['job0', 'job1'].map(ofJob))
      for (const word of [...WORDS, '0a1', 'nothing']) {
        const having = events.filter(({ targetIdentity }) =>
          String((targetIdentity as Json).displayName).includes(word)
        )
        expect(new Set((await all(client, { $search: word })).map(({ id }) => id))).toEqual(
          new Set(having.map(({ id }) => id))
        )
      }
      await stop()
    },
    ROUNDS * 30_000
  )
})
