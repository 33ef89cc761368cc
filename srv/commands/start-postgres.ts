/**
 * `npm run start:postgres`: `npm start` on a PostgreSQL server that starts and stops with the service. Its files are in
 * a folder beside the database file that would be used otherwise, and stay. It takes the arguments of `npm start`.
 */
import './configuration-files.ts'
import { parse, resolve } from 'node:path'
import cds from '@sap/cds'
import pg from 'pg'
import { databaseFile } from '../settings/database-url.ts'
import { startEmbeddedServer } from './embedded-server.ts'

/** The file beside which the folder is, with the default of .cdsrc.json, which CAP reads when it knows all of them. */
const { CDS_REQUIRES_DB_CREDENTIALS_URL: file = 'data/provisioning.sqlite', DATABASE_URL, CDS_ENV } = process.env

try {
  if (DATABASE_URL) throw new Error('DATABASE_URL names a database: use npm start -- --profile postgres.')
  const { dir, name } = parse(resolve(databaseFile({ credentials: { url: file } }, {})))
  const stopped = () => process.exit(1)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stopped)
  const { url, wasRunning, stop } = await startEmbeddedServer(resolve(dir, `${name}.postgres`))
  if (wasRunning && (await isUsed(url))) throw new Error('The service runs already, on the server of this folder.')
  process.on('exit', stop)
  process.env.DATABASE_URL = url
  process.env.CDS_ENV = [CDS_ENV, 'postgres'].filter(Boolean).join()
  cds.once('listening', () => ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => process.off(signal, stopped)))
  await import('./start.ts')
} catch (error) {
  console.error((error as Error).message)
  process.exit(2)
}

/** Whether others are connected to a server. */
async function isUsed(url: string) {
  const client = new pg.Client(url)
  await client.connect()
  const others = `SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`
  const { rowCount } = await client.query(others)
  await client.end()
  return rowCount !== 0
}
