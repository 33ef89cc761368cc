/** The logs that targets start with: each is filled once, kept, completed by the code that is measured, and copied. */
import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { startEmbeddedServer } from '../srv/commands/embedded-server.ts'
import { BLOCK, indexFileOf, lastOf, readIndex } from '../srv/database/sqlite/search-file.ts'
import { post } from '../tools/generator/posting.ts'
import { SEED, type Dataset } from './dataset.ts'
import { atRest, start, type Target } from './processes.ts'
import { ROLE, type Definition } from './targets.ts'

/** What a target keeps its log in. */
export interface Log {
  /** The database file. On PostgreSQL a file with the name of the database, beside which is what the target logs. */
  file: string
  /** The size of the file before it was used, in bytes; NaN on PostgreSQL. */
  bytes: number
}

/** About what an event takes on disk, with what is written beside it while indexes are created. */
const BYTES = 7000

/** How long a process that fills a log waits for the others, in milliseconds. */
const PATIENCE = '600000'

/** What the name of the search index of a file ends with. */
const SEARCH = '-search'

/** Files that were completed in this run. */
const completed = new Set<string>()

/**
 * Finds the log of a target: one that was filled earlier, or else a new one. It is filled anew when what the target
 * stores has changed.
 * @param kept where filled logs are kept
 * @param folder where a copy is made; without it, the log must not be written to
 */
export async function logOf(definition: Definition, dataset: Dataset, kept: string, folder?: string): Promise<Log> {
  const { name, log, stores } = definition
  const read = (file: string) => fs.readFileSync(file, 'utf8')
  const texts = fs.globSync(stores).sort().map(read)
  const prefix = join(kept, `${log}-${dataset.count}-${SEED}-`)
  const filled = `${prefix}${hash('sha256', texts.join()).slice(0, 8)}.sqlite`
  if (!fs.existsSync(filled)) {
    fs.mkdirSync(kept, { recursive: true })
    for (const other of fs.globSync(`${prefix}*`)) fs.rmSync(other)
    await fill(definition, filled, dataset)
  } else if (folder !== undefined && !completed.has(filled)) await complete(definition, filled)
  completed.add(filled)
  const file = folder === undefined ? filled : join(folder, `${name}.sqlite`)
  if (file !== filled) {
    for (const old of fs.globSync(`${file}*`)) fs.rmSync(old) // such as the write-ahead log of another size
    moveLog(filled, file, fs.copyFileSync)
  }
  return { file, bytes: fs.statSync(filled).size }
}

/** Fills a new log, under another name until it is complete. */
async function fill(definition: Definition, filled: string, dataset: Dataset) {
  const { log, folder, fill: script = '', env } = definition
  const { count } = dataset
  const { bavail, bsize } = fs.statfsSync(dirname(filled))
  if (bavail * bsize < count * BYTES) throw new Error(`${count} events need ${(count * BYTES) / 1e9} GB: ${filled}`)
  const begin = performance.now()
  const unfinished = `${filled}.part`
  if (fs.existsSync(script)) {
    const environment = { PATH: process.env.PATH, CDS_REQUIRES_DB_LOCK__TIMEOUT: PATIENCE, ...env(unfinished) }
    await promisify(execFile)(process.execPath, [script, `${count}`, `${SEED}`], { cwd: folder, env: environment })
  } else await fillByPosts(definition, unfinished, dataset)
  await complete(definition, unfinished)
  moveLog(unfinished, filled, fs.renameSync)
  for (const other of fs.globSync(`${unfinished}*`)) fs.rmSync(other)
  const seconds = (performance.now() - begin) / 1000
  console.error(`${log}: ${count} events in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} a second`)
}

/** Moves or copies a database last, after the file that the service keeps beside it to search. */
function moveLog(from: string, to: string, move: (from: string, to: string) => void) {
  for (const ending of [SEARCH, '']) if (fs.existsSync(from + ending)) move(from + ending, to + ending)
}

/** Lets a service add what a log lacks, such as indexes, and leaves one file to copy. */
async function complete(definition: Definition, file: string) {
  if (definition.fill) {
    const target = await start(definition, file)
    await settle(target, file)
    await target.stop()
  }
  const database = new DatabaseSync(file)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

async function fillByPosts(definition: Definition, file: string, { count, eventAt }: Dataset) {
  const { collection, root, event } = definition.dialect
  const target = await start({ ...definition, instances: 1 }, file)
  const destination = { root: target.urls[0] + root, collection, token: target.token }
  await post(destination, (index) => event(eventAt(index)), count)
  await target.stop()
}

const CALM = 1500 // ms for which a target must be idle
const WORTH_SAYING = 5000 // ms that this may take without a word
const LONGEST = 3_600_000 // ms

/** Waits until a target is idle and its search index complete: a service adds in the background what a log lacks. */
export async function settle({ name, pids }: Target, file: string) {
  const took = await atRest(pids, CALM, LONGEST, () => isIndexed(file))
  if (took > WORTH_SAYING) console.error(`${name}: worked in the background for ${(took / 1000).toFixed(0)} s before`)
}

/** Whether all whole blocks of events of a log are in its search index, if it has one. */
function isIndexed(file: string) {
  if (!fs.existsSync(file + SEARCH)) return true
  const log = new DatabaseSync(file, { readOnly: true })
  try {
    const index = readIndex(indexFileOf(file))
    const last = Number(index.prepare('SELECT last FROM state').get()?.last ?? -1) // as in the index of any checkout
    index.close()
    return last >= lastOf(log) - BLOCK
  } catch {
    return false // it is being made
  } finally {
    log.close()
  }
}

/** Completes the search index of the service; the baseline has none. */
const FILL_SEARCH =
  "DO $$ BEGIN IF to_regproc('fill_search') IS NOT NULL THEN PERFORM fill_search(1000000); END IF; END $$"

/**
 * Starts a PostgreSQL server with the settings of production: what is committed is on disk. It ends with this process.
 * @returns its URL for the owner of all, and a function that makes a database for a target: a copy of one that was
 *   filled by requests. What the target logs is in a folder.
 */
export async function startPostgres() {
  const files = fs.mkdtempSync(join(tmpdir(), 'provisioning-bench-postgres-'))
  const { url, stop } = await startEmbeddedServer(files, '-c max_connections=200') // enough for the pools of all targets
  process.once('exit', () => {
    stop()
    fs.rmSync(files, { recursive: true })
  })
  await run(`CREATE ROLE ${ROLE.username} LOGIN PASSWORD '${ROLE.password}'`)

  async function run(sql: string, database = 'postgres') {
    const client = new Client(Object.assign(new URL(url), { pathname: database }).href)
    await client.connect()
    const { rowCount } = await client.query(sql)
    await client.end()
    return rowCount
  }

  async function databaseOf(definition: Definition, dataset: Dataset, folder: string): Promise<Log> {
    const [filled, own] = [`filled_${definition.log}_${dataset.count}`, `${definition.name}_${dataset.count}`]
    if (!(await run(`SELECT FROM pg_database WHERE datname = '${filled}'`))) {
      await run(`CREATE DATABASE ${filled}`)
      await fillByPosts(definition, join(folder, filled), dataset)
      await run(FILL_SEARCH, filled)
      await run('VACUUM (ANALYZE)', filled) // so that the server does not do it while others are measured
    }
    await run(`CREATE DATABASE ${own} TEMPLATE ${filled}`)
    await run('CHECKPOINT')
    return { file: join(folder, own), bytes: NaN }
  }
  return { url, databaseOf }
}
