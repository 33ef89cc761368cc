import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/command.ts'
import { startProcess, temporaryFolder } from '../support/process.ts'

describe('The health of the service', () => {
  it.concurrent('is found out once a second, however many ask, and told at once', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    const env = { CDS_REQUIRES_DB_LOCK__TIMEOUT: '4000' }
    const service = await startProcess({ file, env })
    const ask = async () => (await fetch(`${service.url}/health/ready`)).status
    expect(await ask()).toBe(200)

    const other = new DatabaseSync(file, { timeout: 5000 })
    other.exec('BEGIN IMMEDIATE')
    await until(async () => (await ask()) === 503)
    // an answer that waited for the database would take the 2 seconds that this may take; on a busy machine all may
    const askOften = async () => {
      const start = performance.now()
      const found = await Promise.all(Array.from({ length: 100 }, ask))
      expect(new Set(found)).toEqual(new Set([503]))
      return performance.now() - start
    }
    await until(async () => (await askOften()) < 1900)
    other.close()
    await until(async () => (await ask()) === 200)
    expect(await service.stop()).toEqual([0, null])
  })

  it.concurrent('is logged when it changes, not at each check', async () => {
    const file = join(temporaryFolder(), 'events.sqlite')
    const service = await startProcess({ file })
    const ask = async () => (await fetch(`${service.url}/health/ready`)).status
    for (let round = 0; round < 2; round++) {
      renameSync(file, `${file}.away`)
      await until(async () => (await ask()) === 503)
      await delay(2500) // two more checks
      renameSync(`${file}.away`, file)
      await until(async () => (await ask()) === 200)
    }
    await service.stop()
    const logged = service.log().match(/The database (?:does not answer:|answers again\.)/g)
    const once = ['The database does not answer:', 'The database answers again.']
    expect(logged).toEqual([...once, ...once])
    expect(service.log()).toContain(`${file} is gone`)
  })
})
