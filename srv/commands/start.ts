/**
 * `npm start`: runs `cds-serve`, which takes `--profile NAME`, `--production` and `--port N`. `npm start -- --sample N`
 * also fills the log with N generated events once the service listens. The same N gives events with the same ids, and
 * those that are there already are skipped. Where the service does not start, a sentence says why, and the exit code is 2
 * for an argument or a file of the configuration, and otherwise 1.
 */
import './configuration-files.ts'
import { spawn } from 'node:child_process'
import { createRequire, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import cds from '@sap/cds'
import { needsTokens } from '../access/profile.ts'
import { argumentsIn } from './arguments.ts'
import { OPTION, sampleIn } from './sample.ts'

const PRODUCTION = '--production'

/** What the generator needs, of the packages that `npm ci --omit=dev` leaves out. */
const NAMES = '@faker-js/faker'

// not published as API
const { exec } = createRequire(import.meta.url)('@sap/cds/bin/serve.js') as {
  exec: (...args: string[]) => Promise<unknown>
}

cds.once('listening', () => {
  flushCompileCache() // which Node otherwise does at the end, and not at all where the process is killed
  if (needsTokens()) collectGarbage() // a seventh of the start, for which developers would wait
})

// that the log cannot be written, as whoever read it has ended or its disk is full, must not stop the service
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

try {
  start(process.argv.slice(2))
} catch (error) {
  console.error((error as Error).message)
  process.exit(2)
}

function start(args: string[]) {
  const { count, others } = sampleIn(args)
  if (count !== undefined) expectNames()
  exec(...argumentsOfCap(others))?.catch(end) // sets the profile before it returns, then starts
  if (count === undefined) return
  if (needsTokens()) throw new Error(`${OPTION} is for development: it does not fill a log of production.`)
  cds.once('listening', ({ url }) => fill(count, url))
}

/**
 * Checks the arguments of `cds-serve`. It would take any other for the name of a service and serve no other, such as
 * the `postgres` that is left of `npm start --profile postgres`, where npm keeps the rest for itself.
 */
function argumentsOfCap(args: string[]): string[] {
  const given = args.filter((each) => each !== PRODUCTION)
  const { values } = argumentsIn(given, ['profile', 'port'], 0, ['production', 'sample'])
  const options = Object.entries(values).flatMap(([name, value]) => [`--${name}`, value])
  return given.length < args.length ? [PRODUCTION, ...options] : options
}

/** Tells why the service does not start: in a sentence at the end, after the stack of an error that is not explained. */
function end(error: NodeJS.ErrnoException & { port?: number; errcode?: number }) {
  const { code, port, syscall, errcode, message } = error
  const isSentence = message.startsWith('The service ')
  if (!isSentence && !syscall && !errcode) console.error(error)
  const [reason = ''] = (code === 'EADDRINUSE' ? `port ${port} is taken.` : message).split('\n')
  console.error(isSentence ? message : `The service does not start: ${reason.replace(/\.?$/, '.')}`)
  process.exit(1)
}

/** Frees what the start has left behind, about 40 MB: V8 would keep it until requests need as much again. */
function collectGarbage() {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: object) => void
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

function expectNames() {
  try {
    import.meta.resolve(NAMES)
  } catch {
    throw new Error(`${OPTION} needs ${NAMES}, a package for development: run npm ci without --omit=dev.`)
  }
}

/** Posts the events from a process of its own, so that the service answers others meanwhile. */
function fill(count: number, url: string) {
  console.log(`Filling the log at ${url} with ${count} generated events of the last thirty days.`)
  const script = join(import.meta.dirname, '../../tools/generate.ts')
  const args = [script, '--count', String(count), '--until', 'now', '--url', url]
  const child = spawn(process.execPath, args, { stdio: 'inherit' }) // it says what it has done
  cds.on('shutdown', () => void child.kill())
}
