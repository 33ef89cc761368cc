import { execFile } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { failureOf } from '../../srv/database/sqlite/failures.ts'
import { startGroupCommit } from '../../srv/database/sqlite/group-commit.ts'
import { temporaryFolder } from '../support/process.ts'

const EVENTS = { name: 'events', columns: ['id', 'name'] }
const ARRIVALS = { name: 'arrivals', columns: ['event'] }

function open() {
  const file = join(temporaryFolder(), 'events.sqlite')
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('CREATE TABLE events (id TEXT PRIMARY KEY, name TEXT); CREATE TABLE arrivals (event TEXT UNIQUE)')
  const names = (table: string) => database.prepare(`SELECT * FROM ${table} ORDER BY rowid`).all()
  return { file, database, names }
}

const entry = (id: string, event = id): [typeof EVENTS, object][] => [
  [EVENTS, { id, name: `name of ${id}` }],
  [ARRIVALS, { event }]
]

describe('The group commit', () => {
  it('stores what comes in together in one transaction', async () => {
    const { file, database, names } = open()
    const versions = () => database.prepare('PRAGMA data_version').get()?.data_version as number
    const groupCommit = startGroupCommit(file, 1000)
    await groupCommit.append(entry('first'))
    const before = versions()
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => groupCommit.append(entry(id))))
    expect(versions()).toBe(before + 1)
    expect(names('events').map(({ id }) => id)).toEqual(['first', 'a', 'b', 'c', 'd'])
    await groupCommit.close()
  })

  it('stores nothing of an entry that is refused, and all others', async () => {
    const { file, names } = open()
    const groupCommit = startGroupCommit(file, 1000)
    const results = await Promise.allSettled([
      groupCommit.append(entry('a')),
      groupCommit.append(entry('b', 'a')), // its second row is refused
      groupCommit.append(entry('a')),
      groupCommit.append(entry('c'))
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { errcode: 2067, message: 'UNIQUE constraint failed: arrivals.event' } })
    expect(results[2]).toMatchObject({ reason: { errcode: 1555, message: 'UNIQUE constraint failed: events.id' } })
    expect(names('events').map(({ id, name }) => [id, name])).toEqual([
      ['a', 'name of a'],
      ['c', 'name of c']
    ])
    expect(names('arrivals').map(({ event }) => event)).toEqual(['a', 'c'])
    await groupCommit.close()
  })

  it('waits for the lock of another writer, as long as it may', async () => {
    const { file, database, names } = open()
    const groupCommit = startGroupCommit(file, 300)
    database.exec('BEGIN IMMEDIATE')
    const stored = groupCommit.append(entry('waits'))
    setTimeout(() => database.exec('COMMIT'), 100)
    await stored
    database.exec('BEGIN IMMEDIATE')
    await expect(groupCommit.append(entry('waits in vain'))).rejects.toMatchObject({ errcode: 5 })
    database.exec('COMMIT')
    await groupCommit.append(entry('later'))
    expect(names('events').map(({ id }) => id)).toEqual(['waits', 'later'])
    await groupCommit.close()
  })

  it.concurrent('waits as long for the lock under the signals of a profiler', async () => {
    const { file, database, names } = open()
    const script = `
      import { DatabaseSync } from 'node:sqlite'
      import { startGroupCommit } from ${JSON.stringify(join(__dirname, '../../srv/database/sqlite/group-commit.ts'))}
      const groupCommit = startGroupCommit(${JSON.stringify(file)}, 20_000)
      const entry = (id) => [[${JSON.stringify(EVENTS)}, { id, name: id }]]
      await groupCommit.append(entry('before'))
      const database = new DatabaseSync(${JSON.stringify(file)})
      database.exec('BEGIN IMMEDIATE')
      setTimeout(() => database.exec('COMMIT'), 1000) // SQLite by itself gave up within 310 ms
      await groupCommit.append(entry('meanwhile'))
      await groupCommit.close()`
    writeFileSync(`${file}.mjs`, script)
    const profiler = ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${dirname(file)}`]
    await promisify(execFile)(process.execPath, [...profiler, `${file}.mjs`])
    expect(names('events').map(({ id }) => id)).toEqual(['before', 'meanwhile'])
    database.close()
  })

  it.concurrent('opens a file anew that could not be written to', async () => {
    const { file, database } = open()
    database.close()
    chmodSync(file, 0o444)
    const script = `
      import { chmodSync, existsSync } from 'node:fs'
      import { startGroupCommit } from ${JSON.stringify(join(__dirname, '../../srv/database/sqlite/group-commit.ts'))}
      const file = ${JSON.stringify(file)}
      const groupCommit = startGroupCommit(file, 1000)
      const entry = [[${JSON.stringify(EVENTS)}, { id: 'a', name: 'b' }]]
      await groupCommit.append(entry).catch((error) => console.log(error.message))
      // SQLite gives the files beside it the mode that the database has when it makes them
      for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) chmodSync(file + end, 0o644)
      await groupCommit.append(entry)
      await groupCommit.close()`
    // nothing is read-only to the capability that root has
    const under = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override'] : ['env']
    writeFileSync(`${file}.mjs`, script)
    const [command = '', ...args] = [...under, process.execPath, `${file}.mjs`]
    expect((await promisify(execFile)(command, args)).stdout).toContain('attempt to write a readonly database')
    expect(failureOf({ errcode: 8 })).toMatchObject({ status: 503, message: 'The database is read-only.' })
    const after = new DatabaseSync(file)
    expect(after.prepare('SELECT id FROM events').all()).toMatchObject([{ id: 'a' }])
    after.close()
  })
})
