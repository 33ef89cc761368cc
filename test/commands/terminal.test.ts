import { join } from 'node:path'
import { temporaryFolder } from '../support/process.ts'
import { command, verifyAtRest } from '../support/command.ts'
import { ARRIVALS, EVENTS, insert, makeLog, tampered } from '../integrity/tampering.ts'

const HOSTILE = 'x\u001b[2J\r\n\u009b\u202e\u2028'
const SHOWN = String.raw`x\u{1b}[2J\u{d}\u{a}\u{9b}\u{202e}\u{2028}`
const file = join(temporaryFolder(), 'events.sqlite')
beforeAll(() => makeLog(file))

it.each([
  ['an event that is not sealed', true, 3, `1 events are not sealed, from event '${SHOWN}' of tenant '${SHOWN}'`],
  ['a difference', false, 1, `Event '${SHOWN}' of tenant '${SHOWN}' was added: it has no arrival.`]
])('npm run verify escapes what would steer the terminal in ids and tenants of %s', async (_, arrives, code, shown) => {
  const added = tampered(file, (database) => {
    const at = '2024-07-01T00:00:00'
    const times = { activityDateTime: `${at}Z`, activityDateTime_utc: `${at}.0000000` }
    insert(database, EVENTS, { id: HOSTILE, tenant: HOSTILE, tenantId: HOSTILE, ...times })
    if (arrives) insert(database, ARRIVALS, { event: HOSTILE, tenant: HOSTILE })
  })
  const { status, err } = arrives ? await verifyAtRest(added) : await command('verify', added, [])
  expect(status).toBe(code)
  expect(err).toContain(shown)
})
