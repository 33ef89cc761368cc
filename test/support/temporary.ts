import { existsSync, mkdtempSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { browserPath } from './chromium.ts'
import { keep } from './clean-up.ts'
import { isOnPostgres, useServer } from './postgres.ts'
import { startPostgres } from './postgres-server.ts'

/** A file system in memory, which Linux has. */
const MEMORY = '/dev/shm'

/** What the files of a short run may take, in bytes, with room to spare. */
const ENOUGH = 4 * 2 ** 30

/**
 * Where the files of a run are. Each commit waits some milliseconds for a disk, so those of a short run are in memory,
 * where there is enough; CI uses the disk. A server of PostgreSQL needs a folder in which its user may read.
 */
function fastFolder() {
  const isShort = (process.env.FORCE ?? 'short') === 'short'
  if (!isShort || isOnPostgres() || process.env.TMPDIR || !existsSync(MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(MEMORY)
  return Math.min(bavail * bsize, freemem()) > ENOUGH ? MEMORY : tmpdir()
}

/** Has all temporary files of a run in one folder, which `clean-up.ts` removes. */
export default async function temporary() {
  // where Node keeps compiled code, which halves the time that a start takes
  process.env.NODE_COMPILE_CACHE = join(__dirname, '../../node_modules/.cache/compiled')
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
  process.env.TMPDIR = mkdtempSync(join(fastFolder(), 'provisioning-'))
}
