/**
 * What a POST costs more with triggers and with sealing: three services on files of their own take the same events, in
 * alternating rounds, and the medians of the ratios of their times are told.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const ROUNDS = Number(process.env.ROUNDS ?? 30)
const POSTS = Number(process.env.POSTS ?? 200)
const CLIENTS = Number(process.env.CLIENTS ?? 4)
const NEVER = String(2 ** 30)

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'provisioning-'))
const event = readFileSync(join(root, 'test/fixtures/documented-example.json'), 'utf8')

const services = [
  await start('bare', NEVER, withoutTriggers),
  await start('with triggers', NEVER),
  await start('with triggers and sealing', '500')
]
for (const service of services) await round(service.url) // warms it up
for (let count = 0; count < ROUNDS; count++) {
  for (const service of services) service.times.push(await round(service.url))
  services.push(services.shift() as (typeof services)[number]) // none is always the first
}

const bare = services.find(({ name }) => name === 'bare')?.times ?? []
for (const { name, times } of services) {
  const ratios = times.map((time, index) => time / (bare[index] ?? time))
  console.log(
    `${name.padEnd(26)} ${(median(times) / POSTS).toFixed(3)} ms per POST, ratio ${median(ratios).toFixed(3)}`
  )
}
for (const { stop } of services) await stop()
rmSync(folder, { recursive: true })

async function start(name: string, interval: string, prepare: (file: string) => void = () => {}) {
  const file = join(folder, `${name}.sqlite`)
  const env = {
    CDS_TYPESCRIPT: 'true',
    PORT: '0',
    CDS_SEALING_INTERVAL: interval,
    CDS_REQUIRES_DB_CREDENTIALS_URL: file
  }
  const command = [join(root, 'node_modules/@sap/cds/bin/serve.js')]
  const child = spawn(process.execPath, command, { cwd: root, env: { PATH: process.env.PATH, ...env } })
  const port = await new Promise<string>((resolve) => {
    child.stdout.on('data', (text) => {
      const [, found] = /server listening on .*localhost:(\d+)/.exec(String(text)) ?? []
      if (found) resolve(found)
    })
  })
  prepare(file)
  const stop = async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  return { name, url: `http://127.0.0.1:${port}/auditLogs/provisioning`, times: [] as number[], stop }
}

function withoutTriggers(file: string) {
  const database = new DatabaseSync(file)
  const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${String(name)}`)
  database.close()
}

/** The time that some clients take to post all events of a round, in milliseconds. */
async function round(url: string) {
  let left = POSTS
  const begin = performance.now()
  const client = async () => {
    while (left-- > 0) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: event
      })
      if (response.status !== 201) throw new Error(`A POST failed with ${response.status}.`)
      await response.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return performance.now() - begin
}

function median(values: number[]) {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
}
