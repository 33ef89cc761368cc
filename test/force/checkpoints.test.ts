import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { Pauses } from '../../srv/database/sqlite/checkpoints.ts'
import { until } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, query, type Json } from '../support/service.ts'
import { postJson } from '../support/http.ts'

const MEGABYTE = 1024 * 1024
const path = '/auditLogs/provisioning'
const pattern = `^${'(.*a)?'.repeat(6)}z$`

async function start(settings: object = {}) {
  const file = join(temporaryFolder(), 'events.sqlite')
  const db = { inline_query_timeout: 1, wal_limit: 4 * MEGABYTE, ...settings }
  const service = await startProcess({ file, env: { CDS_CONFIG: JSON.stringify({ requires: { db } }) } })
  const post = async (id: string, length = 0) => {
    const event = { ...documentedExample, id, cycleId: 'a'.repeat(length) }
    return (await postJson(`${service.url}${path}`, event)).status
  }
  const get = async (path: string) => fetch(`${service.url}${path}`)
  const size = () => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0
  return { ...service, file, post, get, size }
}

/** Asks again and again, several times at once, so that at each moment somebody reads. */
function readers(get: (path: string) => Promise<Response>, count: number) {
  let isEnded = false
  const answers: number[] = []
  const clients = Array.from({ length: count }, async (_, client) => {
    await delay(client * 100)
    while (!isEnded) {
      const response = await get(query(path, { $filter: `matchesPattern(cycleId,'${pattern}')`, $count: 'true' }))
      await response.arrayBuffer()
      answers.push(response.status)
    }
  })
  const end = async () => {
    isEnded = true
    await Promise.all(clients)
    return answers
  }
  return { answers, end }
}

describe('The write-ahead log', () => {
  it('does not grow without end under readers that never pause', async () => {
    const { post, get, size, stop } = await start()
    for (let count = 0; count < 30; count++) expect(await post(`first-${count}`, 2000)).toBe(201)
    const { answers, end } = readers(get, 3)
    await until(() => answers.length > 3)
    let largest = 0
    let written = 0
    for (let count = 0; written < 40 * MEGABYTE; count++) {
      expect(await post(`${count}`, 100_000)).toBe(201)
      await delay(30) // for less than 7 MB between two checks
      written += 200_000 // it is stored twice
      largest = Math.max(largest, size())
    }
    const all = await end()
    expect(new Set(all)).toEqual(new Set([200]))
    expect(all.length).toBeGreaterThan(10)
    expect(largest).toBeLessThan(15 * MEGABYTE)
    await until(() => size() === 0)
    await stop()
  })

  it('is given back when it is quiet', async () => {
    const { post, size, stop } = await start({ wal_limit: 64 * MEGABYTE })
    for (let count = 0; count < 40; count++) await post(`${count}`, 100_000)
    await until(() => size() === 0)
    expect(await post('after')).toBe(201)
    expect(size()).toBeGreaterThan(0)
    await stop()
  })

  it('keeps no query waiting while another process reads for long', async () => {
    const { file, post, get, size, stop } = await start()
    await post('before')
    const other = new DatabaseSync(file, { readOnly: true })
    other.exec('BEGIN; SELECT count(*) FROM cds_model')
    for (let count = 0; count < 60; count++) expect(await post(`${count}`, 100_000)).toBe(201)
    expect(size()).toBeGreaterThan(4 * MEGABYTE)
    await delay(1000)
    const { status } = await get(query(path, { $apply: 'groupby((cycleId),aggregate($count as n))' }))
    expect(status).toBe(200)
    other.exec('COMMIT')
    other.close()
    await until(() => size() === 0)
    await stop()
  })

  it('loses no acknowledged event if it is deleted', async () => {
    const { file, post, get, stop } = await start()
    const acknowledged: string[] = []
    for (let count = 0; count < 20; count++) if ((await post(`${count}`)) === 201) acknowledged.push(`${count}`)
    rmSync(`${file}-wal`)
    rmSync(`${file}-shm`)
    expect(await post('after')).toBe(503)
    expect((await get(path)).status).toBe(503)
    await delay(2000)
    await stop('SIGKILL')
    const database = new DatabaseSync(file)
    const stored = database.prepare('SELECT event FROM provisioning_log_Arrivals ORDER BY sequence').all()
    expect(stored.map(({ event }) => event)).toEqual(acknowledged)
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    database.close()
  })

  it('is a figure of the health check', async () => {
    const { file, post, get, stop } = await start()
    await post('before')
    const other = new DatabaseSync(file, { readOnly: true })
    other.exec('BEGIN; SELECT count(*) FROM cds_model') // the log cannot start over while somebody reads from it
    for (let count = 0; count < 30; count++) await post(`${count}`, 100_000)
    await until(async () => {
      const { status, writeAheadLogMegabytes } = (await (await get('/health/ready')).json()) as Json
      expect(status).toBe('UP')
      return Number(writeAheadLogMegabytes) >= 5
    })
    other.close()
    await stop()
  })
})

describe('A pause', () => {
  it('begins when all have read, and has others wait', async () => {
    const pauses = new Pauses()
    const order: string[] = []
    const reads = async (name: string, time: number) =>
      pauses.read(async () => {
        order.push(`${name} reads`)
        await delay(time)
        order.push(`${name} has read`)
      })
    const first = reads('first', 50)
    const pause = pauses.during(() => delay(20).then(() => order.push('pause')))
    const second = reads('second', 1)
    await Promise.all([first, pause, second])
    expect(order).toEqual(['first reads', 'first has read', 'pause', 'second reads', 'second has read'])
  })

  it('ends when its work fails', async () => {
    const pauses = new Pauses()
    await expect(pauses.during(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await pauses.read(() => Promise.resolve('read'))).toBe('read')
  })
})
