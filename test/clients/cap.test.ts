import cds from '@sap/cds'
import { sharedService } from '../support/service.ts'

const service = sharedService()
const at = '2024-05-01T12:00:00Z'

describe('A remote service of CAP', () => {
  const connected = () => cds.connect.to('log', { kind: 'odata', credentials: { url: service.url } } as never)

  it('creates events, lists them, and reads them by key', async () => {
    const remote = await connected()
    const event = { id: 'cap', activityDateTime: at, jobId: 'job' }
    expect(await remote.post('/provisioningEvents', event)).toMatchObject(event)
    const jobs = "/provisioningEvents?$filter=jobId eq 'job'&$select=id,jobId"
    expect(await remote.get(jobs)).toEqual([{ id: 'cap', jobId: 'job' }])
    expect(await remote.get("/provisioningEvents('cap')")).toMatchObject(event)
    expect(await remote.get('/auditLogs/provisioning?$top=1&$select=id')).toEqual([{ id: 'cap' }])
  })

  it('gets errors as the service words them', async () => {
    const remote = await connected()
    const failed = remote.get('/provisioningEvents?$filter=nothing eq 1')
    await expect(failed).rejects.toThrow("'nothing' is not a property of")
  })
})
