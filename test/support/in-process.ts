import { join } from 'node:path'
import cds from '@sap/cds'
import { clientOf } from './service.ts'

/** Starts the service in the process of the test, which looks into it. */
export function startInProcess() {
  const server = cds.test(join(__dirname, '../..')) as unknown as { url: string }
  return clientOf(() => server.url)
}
