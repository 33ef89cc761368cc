/**
 * Reads variables from a file `.env` into the environment, which wins, and checks the files that CAP reads. Commands
 * import this before anything else: CAP reads `.env` too late for profiles, and not at all in production; and it goes on
 * without files that are no JSON, as with another database than they name.
 */
import { existsSync, readFileSync } from 'node:fs'

const FILES: Record<string, (file: string) => unknown> = {
  '.env': (file) => process.loadEnvFile(file),
  ...Object.fromEntries(
    ['package.json', '.cdsrc.json', '.cdsrc-private.json', 'default-env.json'].map((name) => [name, readJson])
  )
}

for (const [file, read] of Object.entries(FILES)) {
  try {
    if (existsSync(file)) read(file)
  } catch (error) {
    console.error(`The file ${file} cannot be read: ${(error as Error).message.replace(/\.$/, '')}.`)
    process.exit(2) // for `npm run verify` 1 means that the log was tampered with
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}
