/** `npm run backup -- FILE` copies the database while the service runs. It exits with 1 on failure. */
import './configuration-files.ts'
import { resolve } from 'node:path'
import { openLog } from '../database/open-log.ts'
import { databaseLocation } from '../settings/settings.ts'
import { argumentsIn } from './arguments.ts'

try {
  const [target] = argumentsIn(process.argv.slice(2), [], 1).positionals
  if (!target) throw new Error('the file of the copy is missing: npm run backup -- FILE.')
  await using log = await openLog(databaseLocation(), { readOnly: true })
  console.log(`${target}: ${await log.copyTo(resolve(target))} bytes`)
} catch (error) {
  console.error(`The backup failed: ${(error as Error).message}`)
  process.exitCode = 1
}
