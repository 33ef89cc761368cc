import { documentedExample, errorOf, startService } from './service.ts'

const service = startService()
const path = '/auditLogs/provisioning'

beforeAll(async () => {
  await service.post(path, { ...documentedExample, id: 'e' })
})

describe('Counts and raw values, which are plain text', () => {
  it.each([
    [`${path}/$count`, '1'],
    [`${path}/e/provisioningSteps/$count`, '1'],
    [`${path}/e/durationInMilliseconds/$value`, '6']
  ])('are given to whoever accepts text, JSON or anything: %s', async (url, text) => {
    const alone = [
      'text/plain',
      'text/plain;q=0.9',
      'text/*',
      '*/*',
      '',
      'application/json',
      'TEXT/PLAIN;charset=UTF-8'
    ]
    for (const accept of [...alone, 'application/json, text/plain', 'image/png, text/plain;q=0.1']) {
      const answer = await service.get(url, { Accept: accept })
      const type = answer.headers.get('content-type')
      expect([accept, answer.status, answer.text, type]).toEqual([accept, 200, text, 'text/plain; charset=utf-8'])
    }
  })

  it.each([
    [`${path}/$count`, 'image/png'],
    [`${path}/$count`, 'text/plain;q=0'],
    [`${path}/e/durationInMilliseconds/$value`, 'text/html'],
    [`${path}/e/durationInMilliseconds`, 'text/plain'],
    [path, 'text/plain'],
    ['/$metadata', 'text/plain']
  ])('are not what other resources have, nor all that can be asked for: %s as %s', async (url, accept) => {
    const answer = await service.get(url, { Accept: accept })
    expect([answer.status, errorOf(answer).code]).toEqual([406, 'notAcceptable'])
  })
})
