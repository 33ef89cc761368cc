import { setTimeout as delay } from 'node:timers/promises'
import { clockOf, HOUR } from '../support/clock.ts'
import { until } from '../support/command.ts'
import { seconds, startIssuer } from '../support/issuer.ts'
import { startProduction } from '../support/production.ts'

describe('After the clock went back by an hour', () => {
  it('keys of the issuer are fetched as before, and clients have their limit by the minute', async () => {
    const issuer = await startIssuer()
    const clock = clockOf(HOUR)
    const service = await startProduction({
      ...clock.env,
      ...issuer.settings,
      CDS_SERVER_RATE__LIMIT_LIMIT: '10'
    })
    const status = async (kid?: string) => {
      const claims = { tid: 'contoso', roles: ['ProvisioningLog.Read.All'], exp: seconds() + 7200 }
      return (await service.get('/auditLogs/provisioning', await issuer.issue(claims, kid))).status
    }
    expect(await status()).toBe(200)
    await delay(30_000) // keys are not fetched sooner for an unknown one
    await issuer.keys.generate('ES256', { kid: 'new' })
    issuer.state.fails = true
    expect(await status('new')).toBe(503)
    await until(async () => (await Promise.all(Array.from({ length: 11 }, () => status()))).includes(429))

    await clock.set(0)
    issuer.state.fails = false
    const start = performance.now()
    await until(async () => (await status()) === 200)
    expect(performance.now() - start).toBeLessThan(90_000)
    expect(await status('new')).toBe(200)
    await service.stop()
    await issuer.stop()
  })
})
