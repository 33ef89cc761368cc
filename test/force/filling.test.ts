import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { verify } from '../support/command.ts'
import { COMPILED, startProcess, temporaryFolder } from '../support/process.ts'
import { clientOf, sharedService, type Json } from '../support/service.ts'

const root = join(__dirname, '../..')
const folder = temporaryFolder()
const filled = join(folder, 'filled.sqlite')
const count = '600' // more than share a commit
let events: string[] = []
const run = async (script: string, args: string[], env: Record<string, string> = {}) => {
  const options = {
    cwd: root,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, ...env },
    maxBuffer: 2 ** 24
  }
  return (await promisify(execFile)(process.execPath, [join(root, script), ...args], options)).stdout
}

async function startOn(file: string) {
  const { url, stop } = await startProcess({ file })
  return { ...clientOf(() => url as string), stop }
}

beforeAll(async () => {
  const env = { CDS_TYPESCRIPT: 'true', CDS_REQUIRES_DB_CREDENTIALS_URL: filled }
  const [, generated] = await Promise.all([
    run('bench/filling/service.ts', [count, '1'], env),
    run('tools/generate.ts', ['--count', count])
  ])
  events = generated.split('\n')
})

describe('A log that the benchmark fills', () => {
  const other = sharedService()

  it('shows each event as one that was posted', async () => {
    const service = await startOn(filled)
    expect((await service.get('/auditLogs/provisioning/$count')).text).toBe('600')
    for (const index of [0, 250, 599]) {
      const event = JSON.parse(events[index] ?? '') as Json
      expect((await other.post('/auditLogs/provisioning', event)).status).toBe(201)
      const path = `/auditLogs/provisioning/${String(event.id)}`
      const [one, posted] = await Promise.all([service.get(path), other.get(path)])
      expect(one.status).toBe(200)
      expect(one.text.replaceAll(service.url, other.url)).toBe(posted.text)
      expect(one.headers.get('etag')).toBe(posted.headers.get('etag'))
    }
    await service.stop()
  })

  it('is sound, and sealed', async () => {
    const { status, out, err } = await verify(filled)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toContain('Checked 600 events and ')
    expect(out).toMatch(/up to arrival 600, /)
  })
})
