import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import cds from '@sap/cds'
import { checkLog } from '../../srv/commands/check-log.ts'
import type { Model } from '../../srv/cqn/csn.ts'
import '../../srv/database/sqlite/log.ts' // Jest loads nothing between tests, as while another one runs at the same time
import { COMPILED } from './process.ts'

const root = join(__dirname, '../..')

/** Runs `npm run verify` or `npm run purge` on a database file, or what the environment names. */
export async function command(
  name: 'verify' | 'purge',
  file: string,
  args: string[],
  env: Record<string, string> = {}
) {
  const script = join(root, `srv/commands/${name}.ts`)
  const compiled = { NODE_COMPILE_CACHE: COMPILED }
  const options = {
    cwd: root,
    env: { PATH: process.env.PATH, ...compiled, CDS_REQUIRES_DB_CREDENTIALS_URL: file, ...env }
  }
  return new Promise<Ended>((resolve) => {
    let said = performance.now()
    const child = execFile(process.execPath, [script, ...args], options, (error, out, err) => {
      const silence = performance.now() - said
      resolve({ status: Number(error?.code ?? 0), out, err, first: firstIn(err), silence })
    })
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', () => (said = performance.now()))
  })
}

interface Ended {
  status: number
  out: string
  err: string
  /** The first finding. */
  first: string | undefined
  /** How long it went on after it had said the last thing, in milliseconds. */
  silence: number
}

let model: Promise<Model> | undefined

/** The model of the service, which a worker of Jest compiles once. */
export const storedModel = () => (model ??= loadModel())

async function loadModel() {
  const file = join(tmpdir(), `model-${process.env.JEST_WORKER_ID}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Model
  const loaded = await (cds as unknown as { load: (from: string) => Promise<Model> }).load('*')
  writeFileSync(file, JSON.stringify(loaded))
  return loaded
}

/** What `npm run verify` does, in this process. */
export const verify = (file: string, ...args: string[]) => check(file, args, 4000)

/** The same for a log that no service uses: it does not wait for one to seal. */
export const verifyAtRest = (file: string, ...args: string[]) => check(file, args, 0)

async function check(file: string, args: string[], milliseconds: number) {
  const said = { out: '', err: '' }
  const terminal = {
    log: (line: string) => void (said.out += `${line}\n`),
    error: (line: string) => void (said.err += `${line}\n`)
  }
  const patience = () => milliseconds
  const status = await checkLog(args, { location: () => file, model: storedModel, patience, terminal })
  return { status, ...said, first: firstIn(said.err) }
}

/** The first finding of `npm run verify`. */
const firstIn = (err: string) => /The first:\n {2}(.*)/.exec(err)?.[1]

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>) {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Whether all that came in is sealed. */
export function isSealed(database: DatabaseSync) {
  const last = 'SELECT max(sequence) FROM provisioning_log_Arrivals'
  const sealed = 'SELECT max(lastSequence) FROM provisioning_log_Seals'
  return database.prepare(`SELECT (${last}) = (${sealed}) AS isSealed`).get()?.isSealed === 1
}
