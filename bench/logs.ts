/** The logs that targets start with: each is filled once, and copied for each run. */
import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import {
  copyFileSync,
  globSync,
  mkdirSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { BLOCK, indexFileOf, lastOf, readIndex } from '../srv/database/sqlite/search-file.ts'
import { post } from '../tools/generator/posting.ts'
import type { Dataset } from './dataset.ts'
import type { Definition } from './definitions.ts'
import { start } from './targets.ts'

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

/** When the service has begun to make the search index, and how often to look whether it is complete, in milliseconds. */
const BEGUN = 3000
const GLANCE = 500

/** What the names of files of a log end with: the database, and what the service keeps beside it to search. */
const ENDINGS = ['', '-search']

/**
 * Finds the log of a target: one that was filled earlier, or else a new one. One is not used any longer when what the
 * target stores has changed.
 * @param kept where filled logs are kept
 * @param folder where a copy is made; without it, the log must not be written to
 */
export async function logOf(definition: Definition, dataset: Dataset, seed: number, kept: string, folder?: string) {
  const filled = await filledLog(definition, kept, dataset, seed)
  const file = folder === undefined ? filled : join(folder, `${definition.name}.sqlite`)
  for (const ending of file === filled ? [] : ENDINGS)
    if (existsSync(filled + ending)) copyFileSync(filled + ending, file + ending)
  return { file, bytes: statSync(filled).size } satisfies Log
}

async function filledLog(definition: Definition, kept: string, dataset: Dataset, seed: number) {
  const prefix = join(kept, `${definition.filledAs}-${dataset.count}-${seed}-`)
  const filled = `${prefix}${versionOf(definition)}.sqlite`
  if (existsSync(filled)) return filled
  mkdirSync(kept, { recursive: true })
  expectSpace(kept, dataset.count)
  for (const other of globSync(`${prefix}*`)) rmSync(other)
  const begin = performance.now()
  const unfinished = `${filled}.part`
  if (definition.fill) await fill(definition, unfinished, dataset.count, seed)
  else await fillByPosts(definition, unfinished, dataset)
  const database = new DatabaseSync(unfinished)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)') // so that there is no other file to copy
  database.close()
  for (const ending of ENDINGS.toReversed())
    if (existsSync(unfinished + ending)) renameSync(unfinished + ending, filled + ending)
  for (const other of globSync(`${unfinished}*`)) rmSync(other)
  const seconds = (performance.now() - begin) / 1000
  const rate = (dataset.count / seconds).toFixed(0)
  console.error(`${definition.filledAs}: ${dataset.count} events in ${seconds.toFixed(1)} s, ${rate} a second`)
  return filled
}

function expectSpace(folder: string, count: number) {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < count * BYTES) throw new Error(`${count} events need ${(count * BYTES) / 1e9} GB in ${folder}.`)
}

/** Stores the events directly, then lets the target add what it lacks, such as indexes. */
async function fill(definition: Definition, file: string, count: number, seed: number) {
  const { folder, fill: args = [], env } = definition
  const environment = { PATH: process.env.PATH, CDS_REQUIRES_DB_LOCK__TIMEOUT: PATIENCE, ...env(file) }
  await promisify(execFile)(process.execPath, [...args, `${count}`, `${seed}`], { cwd: folder, env: environment })
  const { stop } = await start(definition, file)
  await delay(BEGUN)
  while (existsSync(indexFileOf(file)) && !isIndexed(file)) await delay(GLANCE)
  await stop()
}

/** Whether all whole blocks of events of a log are in its search index. */
function isIndexed(file: string) {
  const log = new DatabaseSync(file, { readOnly: true })
  const index = readIndex(indexFileOf(file))
  const last = Number(index.prepare('SELECT last FROM state').get()?.last ?? -1) // as in the index of any checkout
  const isComplete = last >= lastOf(log) - BLOCK
  index.close()
  log.close()
  return isComplete
}

export async function fillByPosts(definition: Definition, file: string, { count, eventAt }: Dataset) {
  const { dialect } = definition
  const { url, token, stop } = await start(definition, file)
  const nth = (index: number) => dialect.event(eventAt(index))
  await post({ root: url + dialect.root, collection: dialect.collection, token }, nth, count)
  await stop()
}

function versionOf({ model }: Definition) {
  const files = globSync(model).sort()
  return hash('sha256', files.map((file) => readFileSync(file, 'utf8')).join()).slice(0, 8)
}
