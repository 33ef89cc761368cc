import { startProduction } from '../support/production.ts'

const ACCESS = {
  CDS_REQUIRES_AUTH_ISSUER: 'https://login.example.com/v2.0',
  CDS_REQUIRES_AUTH_AUDIENCE: 'api://provisioning-log'
}

describe('The service listens', () => {
  // all of 127.0.0.0/8 is this machine, so that a second address stands for the other interfaces
  const reached = (url: string | undefined) =>
    fetch(`${url?.replace('127.0.0.1', '127.0.0.2')}/auditLogs`).then(
      ({ status }) => status,
      () => 'not reached'
    )

  it.concurrent.each<[string, Record<string, string>, number | string]>([
    ['on all interfaces in production', ACCESS, 401],
    ['on the host that is configured in production', { ...ACCESS, HOST: '127.0.0.1' }, 'not reached'],
    ['on loopback only in development', { NODE_ENV: 'development', HOST: '0.0.0.0' }, 'not reached']
  ])('%s', async (_, env, expected) => {
    const service = await startProduction(env)
    expect(await reached(service.url)).toBe(expected)
    await service.stop()
  })
})
