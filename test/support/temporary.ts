import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Has all temporary files of a run in one folder, which `clean-up.ts` removes. */
export default function temporary() {
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'provisioning-'))
}
