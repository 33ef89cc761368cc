import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(__dirname, '../..')
const running: ChildProcess[] = []

/** Where Node keeps compiled code, which halves the time that a start takes. */
export const COMPILED = join(root, 'node_modules/.cache/compiled')

/** A new folder for the files of a test. */
export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'provisioning-'))

export interface Options {
  /** The database file, absolute. */
  file: string
  env?: Record<string, string>
  /** A command that runs the service in a confined way, such as `unshare`. */
  under?: string[]
  /** Arguments, as after `npm start --`. */
  args?: string[]
}

/** Starts the service in a process of its own, as `npm start` does, and waits until it listens or has ended. */
export async function startProcess({ file, env, under = [], args = [] }: Options) {
  const [command = '', ...rest] = [...under, process.execPath, join(root, 'srv/commands/start.ts'), ...args]
  const child = spawn(command, rest, {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: COMPILED,
      CDS_TYPESCRIPT: 'true',
      PORT: '0',
      CDS_REQUIRES_DB_CREDENTIALS_URL: file,
      ...env
    }
  })
  running.push(child)
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  let log = ''
  child.stderr.on('data', (text) => (log += String(text)))
  const url = await new Promise<string | undefined>((resolve) => {
    let isListening = false
    child.stdout.on('data', (text) => {
      log += String(text)
      if (isListening) return
      const [, port] = /server listening on .*localhost:(\d+)/.exec(log) ?? []
      if (!port) return
      isListening = true
      resolve(`http://127.0.0.1:${port}`)
    })
    child.on('exit', () => resolve(undefined))
  })
  return {
    /** Undefined if the service did not start. */
    url,
    pid: child.pid as number,
    log: () => log,
    exited,
    /** Sends a signal and waits until the process has ended. */
    stop: async (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal)
      return exited
    }
  }
}

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})
