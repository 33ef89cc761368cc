import { rmSync } from 'node:fs'

/** Removes what `temporary.ts` made. */
export default function cleanUp() {
  rmSync(process.env.TMPDIR as string, { recursive: true, force: true })
}
