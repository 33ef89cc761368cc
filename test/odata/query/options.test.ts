import { errorOf, query, valuesOf } from '../../support/service.ts'
import { startWithEvents } from './events.ts'

const { service, path, ids, rows } = startWithEvents()

describe('$filter', () => {
  it.each<[string, string[]]>([
    // URL Conventions 5.1.1.13: lambda operators
    ["provisioningSteps/any(s:s/status eq 'failure')", ['e2']],
    ["provisioningSteps/any(s:s/name eq 'EntryExportAdd' and s/status eq 'success')", ['e1']],
    ["provisioningSteps/all(s:s/status eq 'success')", ['e3', 'e4', 'e1']],
    ["not provisioningSteps/any(s:s/name eq 'EntryImport')", ['e3', 'e4']],
    ['provisioningSteps/any()', ['e2', 'e1']],
    ['not modifiedProperties/any()', ['e3', 'e4']],
    ["modifiedProperties/any(m:contains(m/newValue,'ben@')) or jobId eq 'scim.2'", ['e3', 'e4', 'e2']],
    ["modifiedProperties/any(p:p/oldValue eq null and p/displayName eq 'userName')", ['e2', 'e1']],
    ['modifiedProperties/any(m:m/newValue eq tolower(m/newValue))', ['e2', 'e1']],
    ["provisioningSteps/any(s:s/details/objectId eq 'o1')", ['e1']],
    ["provisioningSteps/any(s:s/status eq $it/statusInfo/status and s/status ne 'success')", ['e2']],
    ["provisioningSteps/any(s:modifiedProperties/any(m:m/displayName eq 'active'))", ['e1']],
    ["PROVISIONINGSTEPS/any(s:s/NAME eq 'EntryImport')", ['e2', 'e1']],
    ['provisioningSteps/$count gt 1', ['e2', 'e1']],
    // 5.1.1.15: paths into open types
    ["targetSystem/details/ApplicationId eq 'app-1'", ['e1']],
    ["startswith(targetSystem/details/ApplicationId,'app')", ['e2', 'e1']],
    ['targetSystem/details/nested/level eq 3', ['e1']],
    ['targetSystem/details/count add 1 gt 7', ['e2']],
    ['targetSystem/details/active', ['e1']],
    ['targetSystem/details/active eq true', ['e1']],
    ['targetSystem/details/unknown eq null', ['e3', 'e4', 'e2', 'e1']],
    // null and complex values
    ['targetSystem eq null', ['e4']],
    ['targetSystem ne null', ['e3', 'e2', 'e1']],
    ['null eq statusInfo', ['e4']],
    ['targetSystem/details eq null', ['e3', 'e4']],
    ['action eq targetSystem/displayName', ['e4']],
    ["action in ('Update',null)", ['e3', 'e4']],
    // 5.1.1.14.1 enumeration literals, as Graph's clients send them
    ["statusInfo/status eq microsoft.graph.provisioningResult'failure'", ['e3', 'e2']],
    // 5.1.1.10 and 4.11: derived types
    ["statusInfo/microsoft.graph.statusDetails/errorCode eq 'Conflict'", ['e2']],
    ["statusInfo/microsoft.graph.statusDetails/status eq 'failure'", ['e2']],
    ['isof(statusInfo,microsoft.graph.statusDetails)', ['e2']],
    ["isof(statusInfo,'microsoft.graph.statusBase')", ['e3', 'e2', 'e1']],
    ['not isof(statusInfo,microsoft.graph.statusDetails)', ['e3', 'e4', 'e1']],
    ['isof(microsoft.graph.provisioningObjectSummary)', ['e3', 'e4', 'e2', 'e1']],
    ['isof(durationInMilliseconds,Edm.Int32)', ['e4', 'e2', 'e1']],
    ["cast(durationInMilliseconds,Edm.String) eq '100'", ['e1']],
    // 5.1.1.12: case
    [
      "case(durationInMilliseconds gt 250:'slow',durationInMilliseconds gt 150:'medium',true:'fast') eq 'medium'",
      ['e4']
    ],
    // 5.1.1.2.7: durations
    ["activityDateTime gt 2024-05-02T12:00:00Z sub duration'PT30M1S'", ['e3', 'e4']],
    ["activityDateTime lt now() sub duration'P1D'", ['e3', 'e4', 'e2', 'e1']],
    ['activityDateTime gt mindatetime() and activityDateTime lt maxdatetime()', ['e3', 'e4', 'e2', 'e1']],
    // case of letters beyond ASCII
    ["tolower(targetSystem/displayName) eq 'größe'", ['e1']],
    ["toupper('ö') eq 'Ö' and $it/id eq 'e1'", ['e1']]
  ])('%s', async ($filter, expected) => expect(await ids({ $filter })).toEqual(expected))

  it('takes parameter aliases (5.3)', async () => {
    expect(
      await ids({
        $filter: 'jobId eq @job and durationInMilliseconds gt @least',
        '@job': "'scim.1'",
        '@least': '100 add 50'
      })
    ).toEqual(['e2'])
    expect(await ids({ $filter: 'action eq @missing' })).toEqual(['e4'])
    expect(await ids({ $filter: '@p', '@p': "provisioningSteps/any(s:s/status eq 'failure')" })).toEqual(['e2'])
  })

  it.each<[string, number]>([
    ['provisioningSteps eq null', 501],
    ["provisioningSteps/name eq 'x'", 400],
    ['provisioningSteps/any(s:s/foo eq 1)', 400],
    ['provisioningSteps/all()', 400],
    ['provisioningSteps/any(s:name eq 1)', 400],
    ["targetSystem eq 'x'", 501],
    ['statusInfo/microsoft.graph.user/x eq 1', 400],
    ["statusInfo/errorCode eq 'x'", 400],
    ["cast(jobId,Edm.Binary) eq 'x'", 400],
    ["case(true:1,false:'x') eq 1", 400]
  ])('refuses %s with %i', async ($filter, status) => {
    expect((await service.get(query(path, { $filter }))).status).toBe(status)
  })
})

describe('Derived types', () => {
  it('come back as they were sent', async () => {
    const { body } = await service.get(`${path}/e2`)
    expect(body.statusInfo).toEqual({
      '@odata.type': '#microsoft.graph.statusDetails',
      status: 'failure',
      errorCode: 'Conflict',
      reason: 'The user exists already.',
      additionalDetails: null,
      errorCategory: null,
      recommendedAction: null
    })
    expect((await service.get(`${path}/e1`)).body.statusInfo).toEqual({
      '@odata.type': 'microsoft.graph.statusBase',
      status: 'success'
    })
  })

  it('that have no value come back with their type', async () => {
    const statusInfo = { '@type': 'microsoft.graph.statusDetails' }
    const { body } = await service.post(path, { id: 'x', activityDateTime: '2000-01-01T00:00:00Z', statusInfo })
    expect(body.statusInfo).toMatchObject({ '@odata.type': '#microsoft.graph.statusDetails', errorCode: null })
    expect((await service.get(`${path}/x`)).body.statusInfo).toEqual(body.statusInfo)
    expect((await service.get(query(path, { $filter: "id eq 'x' and statusInfo ne null" }))).body.value).toHaveLength(1)
  })

  it('must be named: the declared type has only its own properties', async () => {
    const statusInfo = { status: 'failure', errorCode: 'x' }
    const answer = await service.post(path, { activityDateTime: '2000-01-01T00:00:00Z', statusInfo })
    expect([answer.status, errorOf(answer).target]).toEqual([400, 'statusInfo/errorCode'])
  })

  it('have properties to read and to select', async () => {
    expect((await service.get(`${path}/e2/statusInfo/microsoft.graph.statusDetails/errorCode`)).body.value).toBe(
      'Conflict'
    )
    expect((await service.get(`${path}/e1/statusInfo/microsoft.graph.statusDetails`)).status).toBe(404)
    // what is of a derived type is of the declared one, too
    for (const [id, status] of [
      ['e1', 'success'],
      ['e2', 'failure']
    ])
      expect((await service.get(`${path}/${id}/statusInfo/microsoft.graph.statusBase/status`)).body.value).toBe(status)
    expect((await service.get(`${path}/e2/statusInfo/microsoft.graph.statusBase/errorCode`)).status).toBe(404)
    const [row] = await rows({ $select: 'statusInfo/microsoft.graph.statusDetails/errorCode', $filter: "id eq 'e2'" })
    expect(row?.statusInfo).toEqual({ '@odata.type': '#microsoft.graph.statusDetails', errorCode: 'Conflict' })
  })
})

describe('$compute', () => {
  it('adds values to what is shown, filtered and ordered', async () => {
    const found = await rows({
      $compute: "durationInMilliseconds divby 1000 as seconds,concat(id,'!') as loud,year(activityDateTime) as year",
      $select: 'id,seconds,loud,year',
      $filter: 'seconds lt 0.25 and year eq 2024',
      $orderby: 'seconds'
    })
    expect(found.map(({ '@odata.type': _, ...rest }) => rest)).toEqual([
      { id: 'e1', seconds: 0.1, loud: 'e1!', 'year@odata.type': '#Int32', year: 2024 },
      { id: 'e4', seconds: 0.2, loud: 'e4!', 'year@odata.type': '#Int32', year: 2024 }
    ])
  })

  it('refuses names that are taken, and values that are not primitive', async () => {
    for (const $compute of [
      '1 as id',
      '1 as JobID',
      '1 as initiatedBy_id',
      '1 as statusInfo_type',
      'jobId as x,action as X',
      'targetSystem as t',
      'jobId',
      '1 as a-b'
    ])
      expect((await service.get(query(path, { $compute }))).status).toBe(400)
  })
})

describe("Requests of Graph's consumers", () => {
  it.each<[string, string[]]>([
    // the Location of API-driven provisioning, with a slash before the options and a name in lower case
    ["/beta/auditLogs/provisioning/?$filter=jobid%20eq%20'scim.2'", ['e3', 'e4']],
    // Kiota's URL templates
    [
      "/beta/auditLogs/provisioning?%24count=true&%24filter=action%20eq%20'Update'&%24orderby=activityDateTime&%24select=id&%24top=5",
      ['e3']
    ],
    // what the portal generates: the filter in parentheses, dates without a time, enumeration values with their type
    [
      "/beta/auditLogs/provisioning?$filter=((contains(tolower(targetSystem/displayName),%20'größe')%20or%20contains(tolower(jobId),%20'scim'))%20and%20activityDateTime%20gt%202024-05-01%20and%20activityDateTime%20lt%202024-05-02)&$top=500&$orderby=activityDateTime%20desc",
      ['e2', 'e1']
    ],
    [
      "/beta/auditLogs/provisioning?$filter=(activityDateTime%20ge%202024-05-01T00:00:00.000Z%20and%20(statusInfo/status%20eq%20microsoft.graph.provisioningResult'failure'))&$top=500",
      ['e3', 'e2']
    ],
    // a probe
    ['/beta/auditLogs/directoryProvisioning?$top=1', ['e3']]
  ])('%s', async (url, expected) => {
    const answer = await service.get(url, { ConsistencyLevel: 'eventual' })
    expect(valuesOf(answer).map(({ id }) => id)).toEqual(expected)
  })
})
