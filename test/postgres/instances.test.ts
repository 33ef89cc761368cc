import { mkdtempSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { effort } from '../force/effort.ts'
import { asService, onServer } from '../support/postgres.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { startProcess } from '../support/process.ts'
import { startRoundRobin } from '../support/round-robin.ts'
import { clients, type Findings } from './clients.ts'
import { sealsOf } from './sealed.ts'

const SECONDS = effort(8, 60, 600)

describe('Three instances behind a load balancer', () => {
  const abandoned = new AbortController()
  let server: Awaited<ReturnType<typeof startPostgres>> | undefined
  afterAll(async () => {
    abandoned.abort()
    await server?.stop()
  })

  it(
    'lose and double nothing while one is killed and the server crashes, and answer 503 until all is well',
    async () => {
      // not in the folder of the tests, in which the user of the server may not read
      server = await startPostgres(mkdtempSync(join(dirname(process.env.TMPDIR as string), 'provisioning-postgres-')))
      const database = `${server.url}/postgres`
      const env = await asService(database)
      const start = async () => {
        const instance = await startProcess({ file: 'none', env })
        if (!instance.url) throw new Error(instance.log())
        return instance
      }
      const instances = await Promise.all([start(), start(), start()])
      const balancer = await startRoundRobin(() => instances.map(({ url }) => url))

      const findings: Findings = { acknowledged: new Set(), statuses: {}, faults: [] }
      const end = Date.now() + SECONDS * 1000
      const run = clients(balancer.url, findings, () => Date.now() > end, abandoned.signal)
      const readers = [run.following(), run.following(), run.following()]
      const others = [
        ...Array.from({ length: 6 }, (_, client) => run.posting(`post-${client}`)),
        ...[run.batching('batch-1'), run.batching('batch-2'), run.paging(), run.paging()]
      ]

      await delay((SECONDS * 1000) / 4)
      await instances[1]?.stop('SIGKILL')
      await delay(1000)
      instances[1] = await start()
      await delay(1000)
      await server.crash()
      for (const { url } of instances) while ((await fetch(`${url}/health/ready`)).status !== 503) await delay(50)
      await server.start()

      await Promise.all(others)
      const seen = await Promise.all(readers)
      await balancer.stop()
      for (const instance of instances) expect(await instance.stop()).toEqual([0, null])

      expect(findings.faults).toEqual([])
      expect(
        Object.keys(findings.statuses).filter((each) => !['200', '201', '409', '424', '503', 'none'].includes(each))
      ).toEqual([])

      const { events, arrivals, counted, unnumbered, faults } = await onServer(database, sealsOf)
      expect(events.size).toBeGreaterThan(SECONDS)
      expect([...findings.acknowledged].filter((id) => !events.has(id))).toEqual([])
      expect(arrivals.map(({ sequence }) => sequence)).toEqual(arrivals.map((_, index) => index + 1))
      expect(arrivals.map(({ id }) => id).toSorted()).toEqual([...events].toSorted())
      expect([counted, unnumbered]).toEqual([events.size, 0])
      expect(faults).toEqual([])
      for (const reader of seen) {
        expect([...reader].filter(([, times]) => times !== 1)).toEqual([])
        expect([...events].filter((id) => !reader.has(id))).toEqual([])
        expect(reader.size).toBe(events.size)
      }
    },
    (SECONDS + 120) * 1000
  )
})
