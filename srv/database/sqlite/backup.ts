/** Copies of the database, made while others write to it. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync, backup } from 'node:sqlite'
import { urlOf } from './files.ts'

const ALL_PAGES = 2 ** 31 - 1

/** See `Log` in database/log.ts. */
export async function copyDatabase(source: DatabaseSync, target: string): Promise<number> {
  if (existsSync(target)) throw taken(target)
  if (!existsSync(dirname(target))) throw new Error(`there is no folder ${dirname(target)}.`)
  const part = `${target}.${randomUUID()}.part` // several backups may have the same target
  try {
    // all pages in one step, so that the copy shows one moment, and events that arrive meanwhile do not wait
    await backup(source, urlOf(part, 'rwc', source.location() ?? undefined), { rate: ALL_PAGES })
    check(part)
    const size = await flush(part)
    await nameIt(part, target)
    await flush(dirname(target))
    return size
  } finally {
    for (const end of ['', '-journal']) await rm(part + end, { force: true }) // a full disk leaves the second one
  }
}

const taken = (target: string) => new Error(`${target} exists already.`)

/** Gives a file its name, unless that is taken by now. On disks without hard links only the first look can tell. */
async function nameIt(part: string, target: string) {
  await link(part, target).catch(async ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EEXIST') throw taken(target)
    await rename(part, target)
  })
}

/** Makes the copy a single file without a write-ahead log, so that it can be moved safely. */
function check(file: string) {
  using copy = new DatabaseSync(file)
  copy.exec('PRAGMA journal_mode = DELETE')
  const { integrity_check: found } = copy.prepare('PRAGMA integrity_check').get() as { integrity_check: string }
  if (found !== 'ok') throw new Error(`The copy is damaged: ${found}`)
}

async function flush(path: string) {
  await using file = await open(path)
  await file.sync()
  return (await file.stat()).size
}
