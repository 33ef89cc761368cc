import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { openConnection, transaction } from '../../srv/database/sqlite/connection.ts'
import { until } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { documentedExample, type Json } from '../support/service.ts'
import { ask } from '../support/http.ts'

const MESSAGE = 'The file of the database, or its log, was removed, renamed or replaced while the service ran.'
const unavailable = { status: 503, error: { code: 'serviceUnavailable', message: MESSAGE } }
const path = '/auditLogs/provisioning'

async function start() {
  const file = join(temporaryFolder(), 'log', 'events.sqlite')
  const service = await startProcess({ file, env: { CDS_SEALING_INTERVAL: '50' } })
  const send = (path: string, body?: Json) => ask(`${service.url}${path}`, body)
  const post = (id: string) => send(path, { ...documentedExample, id })
  const change = (id: string) => {
    const headers = { 'content-type': 'application/json' }
    const body = { ...documentedExample, id }
    return send('/$batch', { requests: [{ id: '1', atomicityGroup: 'a', method: 'POST', url: path, headers, body }] })
  }
  return { ...service, file, send, post, change }
}

/** What may happen to the files, and how it is undone. */
const losses: [what: string, lost: (file: string) => () => void][] = [
  [
    'the file was deleted',
    (file) => {
      linkSync(file, `${file}.kept`)
      rmSync(file)
      return () => renameSync(`${file}.kept`, file)
    }
  ],
  ['the file was renamed', (file) => moved(file)],
  [
    'another file was put in its place',
    (file) => {
      const other = new DatabaseSync(`${file}.other`)
      other.exec('CREATE TABLE other (id)')
      other.close()
      const back = moved(file)
      renameSync(`${file}.other`, file)
      return back
    }
  ],
  ['the folder was renamed', (file) => moved(dirname(file))],
  [
    'another folder was put in its place',
    (file) => {
      const back = moved(dirname(file))
      mkdirSync(dirname(file))
      return () => {
        rmSync(dirname(file), { recursive: true })
        back()
      }
    }
  ],
  ['its write-ahead log was renamed', (file) => moved(`${file}-wal`)],
  [
    'its write-ahead log was replaced',
    (file) => {
      const back = moved(`${file}-wal`)
      writeFileSync(`${file}-wal`, '')
      return back
    }
  ],
  ['the index of its write-ahead log was renamed', (file) => moved(`${file}-shm`)]
]

function moved(path: string) {
  renameSync(path, `${path}.moved`)
  return () => renameSync(`${path}.moved`, path)
}

describe('A service whose files go away', () => {
  it.each(losses)('refuses to store and to read while %s, and goes on when all is back', async (_, lost) => {
    const { file, send, post, change, stop, log } = await start()
    expect((await post('before')).status).toBe(201)
    const restore = lost(file)
    await delay(100) // reads may look once in that time

    expect(await post('a')).toMatchObject(unavailable)
    const { responses } = JSON.parse((await change('b')).text) as { responses: { status: number; body: Json }[] }
    expect(responses).toMatchObject([{ status: 503, body: { error: { message: MESSAGE } } }])
    expect(await send(path)).toMatchObject(unavailable)
    expect(await send(`${path}?$apply=aggregate($count as n)`)).toMatchObject(unavailable)
    await until(async () => (await send('/health/ready')).status === 503)
    expect((await send('/health/live')).status).toBe(200)

    restore()
    await until(async () => (await send('/health/ready')).status === 200)
    expect((await post('after')).status).toBe(201)
    expect((await change('change')).status).toBe(200)
    expect((await send(`${path}/$count`)).text).toBe('3')
    await stop()
    expect(log()).toMatch(/(is gone|was replaced): another file was opened when the service started/)
    const database = new DatabaseSync(file)
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    const ids = database.prepare('SELECT event FROM provisioning_log_Arrivals ORDER BY sequence').all()
    expect(ids.map(({ event }) => event)).toEqual(['before', 'after', 'change'])
    database.close()
  })

  it('makes no new file in the place of the one that is gone', async () => {
    const { file, send, post, stop } = await start()
    const restore = moved(dirname(file))
    mkdirSync(dirname(file))
    await delay(100)
    for (let count = 0; count < 3; count++) {
      expect(await post(`${count}`)).toMatchObject(unavailable)
      expect(await send(`${path}?$top=${count}`)).toMatchObject(unavailable)
    }
    expect(existsSync(file)).toBe(false)
    rmSync(dirname(file), { recursive: true })
    restore()
    await stop()
  })

  it('acknowledges under load only what is found again, whenever the file goes', async () => {
    const { file, post, stop } = await start()
    const acknowledged: string[] = []
    let isStopped = false
    const clients = ['a', 'b', 'c', 'd'].map(async (client) => {
      for (let count = 0; !isStopped; count++) {
        const id = `${client}${count}`
        const { status } = await post(id)
        if (status === 201) acknowledged.push(id)
        else expect(status).toBe(503)
      }
    })
    for (let round = 0; round < 15; round++) {
      await delay(40 + round)
      // once it is away, what is written to it is lost: a copy is what somebody finds
      linkSync(file, `${file}.kept`)
      rmSync(file)
      const known = acknowledged.length
      await delay(60)
      // those that were on their way when the file went
      expect(acknowledged.length - known).toBeLessThanOrEqual(clients.length)
      renameSync(`${file}.kept`, file)
      await until(() => acknowledged.length > known + clients.length)
    }
    isStopped = true
    await Promise.all(clients)
    await stop('SIGKILL')
    const database = new DatabaseSync(file)
    const stored = database.prepare('SELECT event FROM provisioning_log_Arrivals').all()
    const ids = new Set(stored.map(({ event }) => event))
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
    database.close()
  })
})

describe('A transaction of the log', () => {
  it('is rolled back if the file goes away within it', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    new DatabaseSync(file).exec('PRAGMA journal_mode = WAL; CREATE TABLE seals (number)')
    const database = openConnection(file)
    let restore = () => {}
    const work = () => {
      database.exec('INSERT INTO seals VALUES (1)')
      restore = moved(file)
    }
    await expect(transaction(database, work)).rejects.toMatchObject({ errcode: 1032 })
    restore()
    expect(database.prepare('SELECT count(*) AS n FROM seals').get()).toEqual({ n: 0 })
    await transaction(database, () => database.exec('INSERT INTO seals VALUES (2)'))
    expect(database.prepare('SELECT number FROM seals').all()).toEqual([{ number: 2 }])
    database.close()
  })

  it('is not begun on a file that is not there, or not the one that others have open', () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    expect(() => openConnection(file)).toThrow('unable to open database file')
    expect(existsSync(file)).toBe(false)
    new DatabaseSync(file).exec('PRAGMA journal_mode = WAL; CREATE TABLE seals (number)')
    const { files } = openConnection(file)
    moved(file)
    new DatabaseSync(file).exec('CREATE TABLE seals (number)')
    expect(() => openConnection(file, { files })).toThrow(`${file} was replaced`)
  })
})
