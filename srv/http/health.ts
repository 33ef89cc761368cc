/** What an orchestrator asks: whether the process lives, and whether it can serve. Neither needs a token. */
import { setTimeout as delay } from 'node:timers/promises'
import cds from '@sap/cds'
import { Router } from 'express'
import type Database from '../database.ts'
import { RequestError } from '../wire/errors.ts'
import { refuse } from '../wire/refuse.ts'
import { isDraining } from './drain.ts'
import { settings } from './settings.ts'

const LOG = cds.log('provisioning')

/** Serves `/health/live` and `/health/ready`. */
export const health: Router = Router()
  .get('/health/live', (_req, res) => {
    res.json({ status: 'UP' })
  })
  .get('/health/ready', async (_req, res) => {
    if (isDraining()) return refuse(res, new RequestError('serviceUnavailable', 'The service is shutting down.'))
    if (await databaseAnswers()) res.json({ status: 'UP', writeAheadLogMegabytes: megabytesOfLog() })
    else refuse(res, new RequestError('serviceUnavailable', 'The database does not answer.'))
  })

/** In whole numbers, as anybody may ask, and bytes would tell what others store. */
const megabytesOfLog = () => Math.ceil((cds.db as unknown as Database).sizeOfLog / 1024 / 1024)

/** Whether the database can be read, and no other process keeps it from being written to. */
async function databaseAnswers() {
  const late = delay(settings().ready_timeout, false, { ref: false })
  const asked = cds.db.run('SELECT name FROM sqlite_schema LIMIT 1').then(
    () => true,
    (error: unknown) => void LOG.warn('The database does not answer:', error)
  )
  return Promise.race([asked, late])
}
