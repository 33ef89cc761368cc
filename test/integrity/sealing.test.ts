import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Seal } from '../../srv/database/log.ts'
import { openLog } from '../../srv/database/open-log.ts'
import { faultOf, leavesOf } from '../../srv/integrity/chain.ts'
import { seal } from '../../srv/integrity/sealer.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { isSealed, until } from '../support/command.ts'
import { postJson } from '../support/http.ts'

const file = join(temporaryFolder(), 'events.sqlite')
const SEALS = 'SELECT * FROM provisioning_log_Seals ORDER BY tenant, number'

async function post(url: string | undefined, tenantId: string | null, id?: string) {
  const event = { id, tenantId, activityDateTime: '2024-05-01T12:00:00Z' }
  expect((await postJson(`${url}/auditLogs/provisioning`, event)).status).toBe(201)
}

/** The sealed events of each tenant, when the chain of each is sound. */
function sealed(database: DatabaseSync) {
  const seals = database.prepare(SEALS).all() as Seal[]
  for (const seal of seals) {
    const previous = seals.find(({ tenant, number }) => tenant === seal.tenant && number === seal.number - 1)
    expect(faultOf(seal, previous)).toBeUndefined()
  }
  const chains = Map.groupBy(seals, ({ tenant }) => tenant)
  return new Map([...chains].map(([tenant, chain]) => [tenant, chain.flatMap(leavesOf)]))
}

describe('Events', () => {
  it('are sealed within a second, for each tenant in the order in which they came in', async () => {
    const { url, stop } = await startProcess({ file })
    for (const [tenant, id] of ['a1', 'n1', 'b1', 'a2', 'b2'].map((each) => [each[0], each]))
      await post(url, tenant === 'n' ? null : (tenant as string), id)
    const acknowledged = Date.now()
    const database = new DatabaseSync(file, { readOnly: true })
    await until(() => isSealed(database))
    const { last } = database.prepare('SELECT max(sealedAt) AS last FROM provisioning_log_Seals').get() as {
      last: string
    }
    expect(Date.parse(last) - acknowledged).toBeLessThan(1000)
    const ids = [...sealed(database)].map(([tenant, leaves]) => [tenant, leaves.map(({ id }) => id)])
    expect(ids).toEqual([
      ['', ['n1']],
      ['a', ['a1', 'a2']],
      ['b', ['b1', 'b2']]
    ])
    database.close()
    await stop()
  })

  it('are sealed once when several instances do so, while others post', async () => {
    const instances = await Promise.all([1, 2].map(() => startProcess({ file, env: { CDS_SEALING_INTERVAL: '5' } })))
    const clients = instances.flatMap(({ url }) => [0, 1].map((tenant) => ({ url, tenant: `several${tenant}` })))
    await Promise.all(
      clients.map(async ({ url, tenant }) => {
        for (let count = 0; count < 50; count++) await post(url, tenant)
      })
    )
    for (const { stop } of instances) await stop()
    const database = new DatabaseSync(file, { readOnly: true })
    const chains = sealed(database)
    for (const tenant of ['several0', 'several1']) {
      const sequences = chains.get(tenant)!.map(({ sequence }) => sequence)
      expect(new Set(sequences).size).toBe(100)
      expect(sequences).toEqual(sequences.toSorted((one, other) => one - other))
    }
    for (const { log } of instances) expect(log()).not.toContain('Sealing failed')
    database.close()
  })
})

describe('A sealer', () => {
  it('seals in batches, and nothing twice, and what is left when the service stops', async () => {
    const { url, stop } = await startProcess({ file, env: { CDS_SEALING_INTERVAL: '100000' } })
    for (let count = 0; count < 5; count++) await post(url, 'batches')
    const database = new DatabaseSync(file, { readOnly: true })
    const log = await openLog(file)
    expect([await seal(log, 2), await seal(log, 2), await seal(log, 2), await seal(log, 2)]).toEqual([2, 2, 1, 0])
    await log.close()
    expect(sealed(database).get('batches')).toHaveLength(5)
    await post(url, 'late')
    expect(sealed(database).has('late')).toBe(false)
    await stop()
    expect(sealed(database).get('late')).toHaveLength(1)
    expect(sealed(database).get('batches')).toHaveLength(5)
    database.close()
  })
})
