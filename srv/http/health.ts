/** The health checks of orchestrators: whether the process lives, and whether it can serve. They need no token. */
import cds from '@sap/cds'
import { Router } from 'express'
import { engine } from '../database/service.ts'
import { RequestError } from '../errors/errors.ts'
import { refuse } from '../errors/refuse.ts'
import { isDraining } from './drain.ts'

const LOG = cds.log('provisioning')

/** How often the database is checked, in milliseconds. */
const INTERVAL = 1000

/** How long the database may take to answer before the service is not ready, in milliseconds. */
const TIMEOUT = 2000

/** The answer while the database answers. */
let ready: object | undefined

/** Whether the last check failed: only the first of several failures is logged. */
let isFailing = false

export const health: Router = Router()
  .get('/live', (_req, res) => {
    res.json({ status: 'UP' })
  })
  .get('/ready', (_req, res) => {
    if (isDraining()) return refuse(res, new RequestError('serviceUnavailable', 'The service is shutting down.'))
    if (ready) res.json(ready)
    else refuse(res, new RequestError('serviceUnavailable', 'The database does not answer.'))
  })

/** Checks the database once a second until the service stops. Requests get the last result, however many they are. */
export async function watchDatabase() {
  await look()
  setTimeout(() => void (isDraining() || watchDatabase()), INTERVAL).unref()
}

/** Checks whether the database can be read, and whether no other process keeps it locked. */
async function look() {
  const late = setTimeout(() => (ready = undefined), TIMEOUT)
  try {
    await engine().check()
    // in whole numbers: anybody may ask, and bytes would reveal what others store
    ready = { status: 'UP', writeAheadLogMegabytes: Math.ceil(engine().waitingBytes / 1024 / 1024) }
    if (isFailing) LOG.info('The database answers again.')
    isFailing = false
  } catch (error) {
    ready = undefined
    if (!isFailing) LOG.warn('The database does not answer:', error)
    isFailing = true
  }
  clearTimeout(late)
}
