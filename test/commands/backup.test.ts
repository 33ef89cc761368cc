import { execFile } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { openLog } from '../../srv/database/open-log.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'
import { until } from '../support/command.ts'
import { documentedExample, type Json } from '../support/service.ts'
import { postJson } from '../support/http.ts'

const root = join(__dirname, '../..')
const folder = temporaryFolder()
const file = join(folder, 'events.sqlite')
const copy = join(folder, 'copy.sqlite')

/** Runs `npm run backup`, or the file that it runs, which takes less time. */
function backup(target: string, command = [process.execPath, 'srv/commands/backup.ts']) {
  const env = { ...process.env, CDS_REQUIRES_DB_CREDENTIALS_URL: file }
  const [program = '', ...args] = [...command, target]
  return promisify(execFile)(program, args, { cwd: root, env })
}

const post = (url: string, id: string) => postJson(`${url}/auditLogs/provisioning`, { ...documentedExample, id })

async function idsOf(url: string): Promise<string[]> {
  const response = await fetch(`${url}/beta/auditLogs/provisioning?$select=id&$top=1000&$orderby=id`)
  return ((await response.json()) as { value: Json[] }).value.map(({ id }) => String(id))
}

describe('A backup', () => {
  it('is consistent though the service goes on storing events, and is restored with all that was stored before', async () => {
    const service = await startProcess({ file })
    const url = service.url as string
    for (let count = 0; count < 50; count++) await post(url, `before-${count}`)

    let isCopied = false
    const copied = backup(copy, ['npm', 'run', '-s', 'backup', '--']).finally(() => (isCopied = true))
    for (let count = 0; !isCopied; count++) expect((await post(url, `meanwhile-${count}`)).status).toBe(201)
    expect((await copied).stdout).toMatch(/copy\.sqlite: \d+ bytes/)
    expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.sqlite'])
    await post(url, 'after')

    const database = new DatabaseSync(copy, { readOnly: true })
    const ids = (table: string, column: string) =>
      database
        .prepare(`SELECT ${column} AS id FROM ${table} ORDER BY id`)
        .all()
        .map(({ id }) => String(id))
    const kept = ids('microsoft_graph_provisioningObjectSummary', 'id')
    expect(kept.filter((id) => id.startsWith('before-'))).toHaveLength(50)
    expect(ids('provisioning_log_Arrivals', 'event')).toEqual(kept)
    database.close()

    // restored: the service is stopped, the file takes the place of the old one, and nothing of the old one stays
    await service.stop()
    for (const each of [file, `${file}-wal`, `${file}-shm`]) rmSync(each, { force: true })
    copyFileSync(copy, file)
    const restored = await startProcess({ file })
    expect(await idsOf(restored.url as string)).toEqual(kept)
    expect((await post(restored.url as string, 'after')).status).toBe(201)
    await restored.stop()
  })

  it('is for those who may read the database file, as is the search index', async () => {
    const secret = join(folder, 'secret ü%20?.sqlite')
    copyFileSync(copy, secret)
    chmodSync(secret, 0o600)
    const service = await startProcess({ file: secret })
    await until(() => existsSync(`${secret}-search`))
    const log = await openLog(secret, { readOnly: true })
    await log.copyTo(`${secret}.copy`)
    await log.close()
    await service.stop()
    const modes = ['', '-search', '.copy'].map((end) => statSync(secret + end).mode & 0o777)
    expect(modes).toEqual([0o600, 0o600, 0o600])
  })

  it('is whole though another one with the same target is under way', async () => {
    const target = join(folder, 'twice.sqlite')
    const log = await openLog(file, { readOnly: true })
    const done = await Promise.allSettled([1, 2, 3].map(() => log.copyTo(target)))
    await log.close()
    expect(done.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected'])
    for (const each of done) if (each.status === 'rejected') expect(String(each.reason)).toContain('exists already')
    expect(readdirSync(folder).filter((name) => name.startsWith('twice'))).toEqual(['twice.sqlite'])
    const database = new DatabaseSync(target, { readOnly: true })
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    const { count } = database.prepare('SELECT count(*) AS count FROM provisioning_log_Arrivals').get() as Json
    expect(count).toBeGreaterThan(50)
    database.close()
  })

  it('overwrites nothing, and leaves nothing where it fails', async () => {
    const before = readFileSync(copy)
    await expect(backup(copy)).rejects.toThrow('exists already')
    expect(readFileSync(copy)).toEqual(before)
    const nowhere = join(folder, 'link')
    symlinkSync(join(folder, 'nowhere'), nowhere)
    await expect(backup(nowhere)).rejects.toThrow('exists already')
    expect(lstatSync(nowhere).isSymbolicLink()).toBe(true)
    const missing = join(folder, 'missing')
    await expect(backup(join(missing, 'copy.sqlite'))).rejects.toThrow(`there is no folder ${missing}.`)
    await expect(backup('')).rejects.toThrow('npm run backup -- FILE')
    const empty = join(folder, 'empty.sqlite')
    writeFileSync(empty, '')
    await expect(openLog(empty, { readOnly: true })).rejects.toThrow(`there is no log in ${empty}.`)
    await expect(backup('--force')).rejects.toThrow("there is no option '--force'.")
    const other = join(folder, 'other.sqlite')
    await expect(backup('more', [process.execPath, 'srv/commands/backup.ts', other])).rejects.toThrow(
      "there is an argument too many: 'more'."
    )
    expect(existsSync(other)).toBe(false)
  })
})
