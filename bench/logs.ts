/** The logs that targets start with: each is filled once, and copied for each run. */
import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { post } from '../tools/generator/posting.ts'
import type { Dataset } from './dataset.ts'
import type { Definition } from './definitions.ts'
import { start } from './targets.ts'

/**
 * Creates the log of a target: a copy of one that was filled earlier, or else a new one, filled by `$batch`.
 * @param folder where the file is created
 * @param kept where filled logs are kept
 * @returns the database file
 */
export async function logOf(definition: Definition, folder: string, kept: string, dataset: Dataset, seed: number) {
  const { name, dialect } = definition
  const filler = name === 'bare' ? 'service' : name
  const filled = join(kept, `${filler}-${dataset.count}-${seed}.sqlite`)
  if (!existsSync(filled)) {
    const begin = performance.now()
    const unfinished = `${filled}.part`
    const { url, token, stop } = await start(definition, unfinished)
    const nth = (index: number) => dialect.event(dataset.eventAt(index))
    await post({ root: url + dialect.root, collection: dialect.collection, token }, nth, dataset.count)
    await stop()
    const database = new DatabaseSync(unfinished)
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)') // so that there is one file to copy
    database.close()
    renameSync(unfinished, filled)
    console.error(`${name}: ${dataset.count} events in ${((performance.now() - begin) / 1000).toFixed(1)} s`)
  }
  const file = join(folder, `${name}.sqlite`)
  copyFileSync(filled, file)
  return file
}
