import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** How the folders of services begin that test files share, in the folder of temporary files. */
export const SHARED = 'shared-'

let stopServer: (() => Promise<void>) | undefined

/** Has a server stopped at the end: both run in the process of Jest. */
export const keep = (stop: () => Promise<void>) => (stopServer = stop)

/** Ends what `process.ts` left running, and removes what `temporary.ts` made. */
export default async function cleanUp() {
  const folder = process.env.TMPDIR as string
  for (const file of globSync(join(folder, `${SHARED}*/pid`)))
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL')
  await stopServer?.()
  rmSync(folder, { recursive: true, force: true })
}
