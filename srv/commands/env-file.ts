/**
 * Reads variables from a file `.env` into the environment, which wins. Commands import this before anything else: CAP
 * reads the file too late for profiles, and not at all in production.
 */
import { existsSync } from 'node:fs'

const FILE = '.env'

try {
  if (existsSync(FILE)) process.loadEnvFile(FILE)
} catch (error) {
  console.error(`The file .env cannot be read: ${(error as Error).message.replace(/\.$/, '')}.`)
  process.exit(2) // for `npm run verify` 1 means that the log was tampered with
}
