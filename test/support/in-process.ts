import { join } from 'node:path'
import cds from '@sap/cds'
import { takeEmptyDatabase } from './process.ts'
import { clientOf } from './service.ts'

const SILENT = 0
const log = cds.log as unknown as { Logger: (label: string, level: number) => object }
const { Logger } = log

/** Starts the service in the process of the test, for tests that look into it; it logs nothing. */
export function startInProcess() {
  takeEmptyDatabase(process.env.CDS_REQUIRES_DB_CREDENTIALS_URL as string)
  log.Logger = (label) => Logger(label, SILENT)
  const server = cds.test(join(__dirname, '../..')) as unknown as { url: string }
  return clientOf(() => server.url)
}
