/** Copies the database while the service runs: `npm run backup -- FILE`. It exits with 1 if that fails. */
import { resolve } from 'node:path'
import { databaseFile } from '../database/file.ts'
import { copyLog } from '../database/open-log.ts'

try {
  const [target] = process.argv.slice(2)
  if (!target) throw new Error('the file of the copy is missing: npm run backup -- FILE.')
  const size = await copyLog(databaseFile(), resolve(target))
  console.log(`${target}: ${size} bytes`)
} catch (error) {
  console.error(`The backup failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
