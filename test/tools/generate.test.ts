import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { settingsIn } from '../../tools/generator/arguments.ts'
import { COMPILED, temporaryFolder } from '../support/process.ts'
import { sharedService, type Json } from '../support/service.ts'

interface Event {
  [member: string]: unknown
  id: string
  activityDateTime: string
  tenantId: string
  jobId: string
  cycleId: string
  changeId: string
  action: string
  statusInfo: Json
  targetIdentity: { id: string; displayName: string }
  provisioningSteps: { status: string; description: string; provisioningStepType: string }[]
  modifiedProperties: { oldValue: string | null }[]
}

const root = join(__dirname, '../..')
const folder = temporaryFolder()
const service = sharedService()

/** Runs Node.js, and waits until it has ended. */
function node(...args: string[]) {
  const options = { cwd: root, env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED }, maxBuffer: 100_000_000 }
  return new Promise<{ status: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, args, options, (error, out, err) =>
      resolve({ status: Number(error?.code ?? 0), out, err })
    )
  })
}

const generate = (...args: string[]) => node(join(root, 'tools/generate.ts'), ...args)

const linesOf = (text: string) => text.trimEnd().split('\n')
const eventsOf = (text: string) => linesOf(text).map((line) => JSON.parse(line) as Event)

/** How often there is each value, the most frequent first. */
function frequencies(values: string[]) {
  const counts = [...Map.groupBy(values, (value) => value).values()].map(({ length }) => length)
  return counts.toSorted((one, other) => other - one)
}

const share = (events: Event[], isSo: (event: Event) => boolean) => events.filter(isSo).length / events.length

describe('Generated events', () => {
  let text: string
  let events: Event[]
  beforeAll(async () => {
    text = (await generate('--count', '2000', '--seed', '7')).out
    events = eventsOf(text)
  })

  it('are the same for the same seed, and others for another', async () => {
    expect((await generate('--count', '2000', '--seed', '7')).out).toBe(text)
    const others = eventsOf((await generate('--count', '2000', '--seed', '8')).out)
    const ids = new Set(events.map(({ id }) => id))
    expect(others.filter(({ id }) => ids.has(id))).toEqual([])
    const nameOf = (event: Event | undefined) => event?.targetIdentity.displayName
    expect(share(others, (other) => nameOf(other) === nameOf(events[others.indexOf(other)]))).toBeLessThan(0.02)
  })

  it('are the same in any order', async () => {
    const script = `
      const { eventAt } = await import(${JSON.stringify(join(root, 'tools/generator/events.ts'))})
      for (const index of [1999, 3, 0, 1234, 3]) console.log(JSON.stringify(eventAt(index, 2000, 7)))`
    const { out } = await node('--input-type=module', '--eval', script)
    const lines = linesOf(text)
    expect(linesOf(out)).toEqual([1999, 3, 0, 1234, 3].map((index) => lines[index]))
  })

  it('have ids of their own, and are in the order of time', () => {
    expect(new Set(events.map(({ id }) => id)).size).toBe(2000)
    for (const { id } of events) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const times = events.map(({ activityDateTime }) => activityDateTime)
    expect(times.toSorted()).toEqual(times)
    for (const time of times) expect(time).toMatch(/^2026-10-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/)
    expect([times[0]?.slice(0, 10), times.at(-1)?.slice(0, 10)]).toEqual(['2026-10-01', '2026-10-30'])
    const isWork = (event: Event) => /T(0[7-9]|1[0-7]):/.test(event.activityDateTime)
    expect(share(events, isWork)).toBeGreaterThan(0.65) // 11 of 24 hours
  })

  it.concurrent('end when they are told to', async () => {
    const until = async (...args: string[]) =>
      eventsOf((await generate('--count', '500', ...args)).out).map(({ activityDateTime }) => activityDateTime)
    const times = await until('--until', '2020-03-31T12:00:00+02:00')
    expect([times[0]?.slice(0, 11), times.at(-1)?.slice(0, 11)]).toEqual(['2020-03-01T', '2020-03-31T'])
    expect(times.filter((time) => time >= '2020-03-31T10:00')).toEqual([])
    const age = Date.now() - Date.parse((await until('--until', 'now')).at(-1) ?? '')
    expect(age).toBeGreaterThan(0)
    expect(age).toBeLessThan(86_400_000)
  })

  it('are skewed as those of a real log', () => {
    const isOf = (status: string) => share(events, ({ statusInfo }) => statusInfo.status === status)
    expect(isOf('success')).toBeGreaterThan(0.87)
    expect(isOf('success')).toBeLessThan(0.93)
    for (const status of ['failure', 'skipped', 'warning']) expect(isOf(status)).toBeGreaterThan(0.005)
    expect(share(events, ({ action }) => action === 'Update')).toBeGreaterThan(0.6)

    const jobs = frequencies(events.map(({ jobId }) => jobId))
    expect(jobs).toHaveLength(20)
    expect(jobs[0]).toBeGreaterThan(700)
    expect(jobs[0]).toBeLessThan(900)

    const people = frequencies(events.map(({ targetIdentity }) => targetIdentity.displayName))
    expect(people.length).toBeGreaterThan(300)
    expect(people.length).toBeLessThanOrEqual(400)
    expect(people[0]).toBeGreaterThan(5 * (people[people.length >> 1] as number))

    expect(frequencies(events.map(({ changeId }) => changeId))[0]).toBe(3)
    expect(frequencies(events.map(({ cycleId }) => cycleId))[0]).toBeGreaterThan(200)
  })

  it('have the size of real ones, with names as people have them', () => {
    const mean = Buffer.byteLength(text) / 2000
    expect(mean).toBeGreaterThan(3200)
    expect(mean).toBeLessThan(4800)
    const changes = events.reduce((sum, { modifiedProperties }) => sum + modifiedProperties.length, 0) / 2000
    expect(changes).toBeGreaterThan(7)
    expect(changes).toBeLessThan(9)
    const names = events.map(({ targetIdentity }) => targetIdentity.displayName).join()
    expect(['ö', 'é', 'ł', 'Γ', "'"].filter((letter) => !names.includes(letter))).toEqual([])
  })

  it('say at each place that there are duplicates where those were found', () => {
    const found = events.filter(({ statusInfo }) => statusInfo.errorCode === 'DuplicateTargetEntries')
    expect(found.length).toBeGreaterThan(0)
    for (const { action, statusInfo, targetIdentity, provisioningSteps } of found) {
      expect(statusInfo.reason).toMatch(/^StatusCode: DuplicateTargetEntries\r\nMessage: More than one object in /)
      expect(statusInfo.reason).not.toMatch(/HTTP|"status"/)
      const [, , matching, , exporting] = provisioningSteps
      expect(matching?.description).toMatch(/^Found more than one User that matches '\S+' in /)
      expect([matching?.status, exporting?.status, targetIdentity.id]).toEqual(['failure', 'skipped', ''])
      const done = { Create: 'created', Update: 'updated', Disable: 'disabled', Delete: 'deleted' }[action]
      expect(exporting?.description).toContain(` was not ${done} in `)
    }
  })

  it('take five steps, of which one fails where the event did', () => {
    const types = ['import', 'scoping', 'matching', 'processing', 'export']
    for (const { provisioningSteps, statusInfo } of events) {
      expect(provisioningSteps.map(({ provisioningStepType }) => provisioningStepType)).toEqual(types)
      const hasFailed = statusInfo.status === 'failure'
      expect(provisioningSteps.filter(({ status }) => status === 'failure')).toHaveLength(hasFailed ? 1 : 0)
      expect(Object.keys(statusInfo)).toEqual(
        hasFailed
          ? [
              ...['@odata.type', 'status', 'errorCode', 'reason'],
              ...['additionalDetails', 'errorCategory', 'recommendedAction']
            ]
          : ['status']
      )
    }
  })
})

describe('npm run generate', () => {
  it('writes lines to a file that the service takes, and answers with what was sent', async () => {
    const file = join(folder, 'events.ndjson')
    const { status, err } = await generate('--count', '150', '--seed', '3', '--tenant', 'a-tenant', '--file', file)
    expect([status, err]).toEqual([0, expect.stringMatching(/^150 events, in \d+\.\d s\n$/)])
    const events = eventsOf(readFileSync(file, 'utf8'))
    expect(events).toHaveLength(150)
    for (const event of events) {
      expect(event.tenantId).toBe('a-tenant')
      const { status, body } = await service.post('/auditLogs/provisioning', event)
      expect(status).toBe(201)
      expect(body).toMatchObject(event)
    }
  })

  it('posts events that can be read, and tells of those that are there already', async () => {
    const args = ['--count', '110', '--seed', '4', '--url', service.url]
    const { status, out, err } = await generate(...args)
    expect([status, out, err]).toEqual([0, '', expect.stringMatching(/^110 events stored, in \d+\.\d s\n$/)])
    const count = () => service.get("/auditLogs/provisioning/$count?$filter=tenantId ne 'a-tenant'")
    expect((await count()).text).toBe('110')

    const again = await generate(...args)
    expect([again.status, again.err]).toEqual([0, expect.stringContaining('0 events stored, 110 not')])
    expect((await count()).text).toBe('110')
  })

  it.concurrent('fails if the service does not take an event, or is not there', async () => {
    const requests: (string | undefined)[] = []
    const server = createServer((req, res) => {
      requests.push(req.headers.authorization)
      const part = { id: '1', status: 403, body: { error: { code: 'accessDenied', message: 'Not yours.' } } }
      req.resume().on('end', () => res.end(JSON.stringify({ responses: [part] })))
    }).listen(0)
    const url = `http://localhost:${(server.address() as AddressInfo).port}`
    const refused = await generate('--count', '5000', '--url', url, '--token', 'a token')
    expect([refused.status, refused.err]).toEqual([
      1,
      expect.stringMatching(/answered 403 for event \S+: Not yours\.\n$/)
    ])
    expect(requests.length).toBeLessThan(20)
    expect(requests[0]).toBe('Bearer a token')
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))

    const unreachable = await generate('--count', '1', '--url', url)
    expect([unreachable.status, unreachable.err]).toEqual([1, expect.stringContaining('cannot be reached')])
    const noFolder = await generate('--count', '1', '--file', join(folder, 'missing', 'events.ndjson'))
    expect([noFolder.status, noFolder.err]).toEqual([1, expect.stringContaining('ENOENT')])
  })

  it.each([
    [['--seed', '1'], '--count is missing'],
    [['--count', '0'], '--count must be a whole number'],
    [['--count', '1.5'], '--count must be a whole number'],
    [['--count', 'ten'], '--count must be a whole number'],
    [['--count', '1', '--seed', 'x'], '--seed must be a whole number'],
    [['--count', '1', '--size', '2'], "there is no option '--size', only --count, --seed"],
    [['--count', '1', '--file', 'f', '--url', 'http://localhost'], 'Only one of --file and --url'],
    [['--count', '1', '--url', 'localhost:4004'], '--url must be an http or https URL'],
    [['--count', '1', '--token', 't'], '--token is for --url only'],
    [['--count', '1', '--until', 'yesterday'], '--until must be a date'],
    [['--count', '1', '--until', '2026-13-01'], '--until must be a date'],
    [['--count', '1', '--until', '2026-02-30'], '--until must be a date'],
    [['--count', '1', '--until', '2026-10-31T12:00'], '--until must be a date'],
    [['--count', '1', '--url', 'http://localhost', '--token', 'a\n'], '--token must be of printable ASCII characters'],
    [['--count', '1', '--tenant', ''], '--tenant must not be empty']
  ])('refuses %j', (args, message) => expect(() => settingsIn(args)).toThrow(message))

  it.concurrent('ends where it refuses', async () => {
    const { status, out, err } = await generate('--count', '0')
    expect([status, out]).toEqual([2, ''])
    expect(err).toMatch(/^--count must be a whole number from 1 to 999999999\.\nRun npm run -s generate -- --help/)
  })

  it.concurrent('tells how it is used', async () => {
    const { status, out } = await generate('--help')
    expect([status, out]).toEqual([0, expect.stringContaining('--count N')])
  })
})
