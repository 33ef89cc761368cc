/**
 * `npm run purge -- --before 2024-01-01 [--by NAME]`: removes events that happened before an instant, and keeps a
 * record of it. The service may be running.
 */
import './configuration-files.ts'
import { userInfo } from 'node:os'
import { openLog } from '../database/open-log.ts'
import { newestSealed, purge } from '../integrity/retention.ts'
import { nameOf } from '../settings/database-url.ts'
import { databaseLocation } from '../settings/settings.ts'
import { instant } from '../values/datetime.ts'
import { argumentsIn } from './arguments.ts'

try {
  const { values } = argumentsIn(process.argv.slice(2), ['before', 'by'])
  const before = instantOf(values.before)
  const location = databaseLocation()
  await using log = await openLog(location, { isAlone: true }) // an open connection to a server keeps the process
  const newest = await newestSealed(log)
  if (newest !== undefined && Date.parse(`${before}Z`) > newest)
    throw new Error(`--before must not lie after the newest sealed event, of ${new Date(newest).toISOString()}.`)
  const purgedBy = values.by ?? userName()
  const count = await purge(log, { before, purgedBy })
  console.log(`Removed ${count} events that happened before ${before}Z from ${nameOf(location)}.`)
} catch (error) {
  console.error(`The purge failed: ${(error as Error).message}`)
  process.exitCode = 1
}

/** The user who runs the command; containers run with users who have no name. */
function userName() {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.()}`
  }
}

/** Parses a date, which stands for midnight UTC, or a date and time with an offset. */
function instantOf(text = '') {
  const found = instant(text) ?? instant(`${text}T00:00:00Z`)
  if (!found)
    throw new Error('--before must be a date such as 2024-01-01, or a date and time such as 2024-01-01T00:00:00Z.')
  if (`${found}Z` > new Date().toISOString()) throw new Error('--before must not lie in the future.')
  return found
}
