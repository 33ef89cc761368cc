import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** How the folders of services begin that test files share, in the folder of temporary files. */
export const SHARED = 'shared-'

/** Ends what `process.ts` left running, and removes what `temporary.ts` made. */
export default function cleanUp() {
  const folder = process.env.TMPDIR as string
  for (const file of globSync(join(folder, `${SHARED}*/pid`)))
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
