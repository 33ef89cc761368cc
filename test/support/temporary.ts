import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browserPath } from './chromium.ts'
import { keep } from './clean-up.ts'
import { isOnPostgres, useServer } from './postgres.ts'
import { startPostgres } from './postgres-server.ts'

/** Has all temporary files of a run in one folder, which `clean-up.ts` removes. */
export default async function temporary() {
  if (!browserPath)
    process.stderr.write('There is no Chromium (CHROMIUM can name one): the tests of the page are skipped.\n')
  if (!existsSync(join(__dirname, '../clients/programs/node_modules')))
    process.stderr.write(
      'The large clients are not installed (npm ci --prefix test/clients/programs): their tests are skipped.\n'
    )
  if (isOnPostgres()) {
    // beside that folder, in which the user of the server may not read
    const { url, stop } = await startPostgres(mkdtempSync(join(tmpdir(), 'provisioning-postgres-')))
    useServer(url)
    keep(stop)
  }
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'provisioning-'))
}
