/**
 * Reads variables from a file `.env` into the environment, which wins, and checks the files and variables that CAP reads.
 * Commands import this before anything else: CAP reads `.env` too late for profiles, and not at all in production; and it
 * goes on without what is no JSON, as with another database than that names.
 */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const OF_USER = join(process.env.CDS_USER_HOME || homedir(), '.cdsrc.json')

expectReadable('file', '.env', () => existsSync('.env') && process.loadEnvFile('.env'))
for (const file of ['package.json', '.cdsrc.json', '.cdsrc-private.json', 'default-env.json', OF_USER])
  expectReadable('file', file, () => existsSync(file) && JSON.parse(readFileSync(file, 'utf8')))
for (const [name, text = ''] of Object.entries(process.env))
  if (/^cds[._]/i.test(name) && text.startsWith('{')) expectReadable('variable', name, () => JSON.parse(text))

function expectReadable(kind: 'file' | 'variable', name: string, read: () => unknown) {
  try {
    read()
  } catch (error) {
    console.error(`The ${kind} ${name} cannot be read: ${(error as Error).message.replace(/\.$/, '')}.`)
    process.exit(2) // for `npm run verify` 1 means that the log was tampered with
  }
}
