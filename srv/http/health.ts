/** What an orchestrator asks: whether the process lives, and whether it can serve. Neither needs a token. */
import cds from '@sap/cds'
import { Router } from 'express'
import type Database from '../database/service.ts'
import { RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { isDraining } from './drain.ts'
import { settings } from './settings.ts'

const LOG = cds.log('provisioning')

/** How often the database is looked after, in milliseconds. */
const INTERVAL = 1000

/** What is answered while the database does. */
let ready: object | undefined

/** Serves `/health/live` and `/health/ready`. */
export const health: Router = Router()
  .get('/health/live', (_req, res) => {
    res.json({ status: 'UP' })
  })
  .get('/health/ready', (_req, res) => {
    if (isDraining()) return refuse(res, new RequestError('serviceUnavailable', 'The service is shutting down.'))
    if (ready) res.json(ready)
    else refuse(res, new RequestError('serviceUnavailable', 'The database does not answer.'))
  })

/** Looks after the database until the service stops, as anybody may ask for its health as often as they like. */
export async function watchDatabase() {
  await look()
  setTimeout(() => void (isDraining() || watchDatabase()), INTERVAL).unref()
}

/** In whole numbers, as anybody may ask, and bytes would tell what others store. */
const megabytesOfLog = () => Math.ceil((cds.db as unknown as Database).sizeOfLog / 1024 / 1024)

/** Finds out whether the database can be read, and no other process keeps it from being written to. */
async function look() {
  const late = setTimeout(() => (ready = undefined), settings().ready_timeout)
  try {
    await cds.db.run('SELECT name FROM sqlite_schema LIMIT 1')
    ready = { status: 'UP', writeAheadLogMegabytes: megabytesOfLog() }
  } catch (error) {
    ready = undefined
    LOG.warn('The database does not answer:', error)
  }
  clearTimeout(late)
}
