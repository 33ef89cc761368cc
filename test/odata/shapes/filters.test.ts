/** What is searched for at /v1.0, in the names of its own shape. */
import { errorOf, query } from '../../support/service.ts'
import { ids, startWithEvents } from './events.ts'

const service = startWithEvents()
const log = '/v1.0/auditLogs/provisioning'

const FILTERS: [filter: string, ids: string[]][] = [
  ["provisioningAction eq 'create'", ['c', 'a']],
  ["provisioningAction eq 'CREATE'", ['c', 'a']],
  ["'create' eq provisioningAction", ['c', 'a']],
  ["provisioningAction eq microsoft.graph.provisioningAction'create'", ['c', 'a']],
  ["provisioningAction eq microsoft.graph.provisioningAction'1'", ['c', 'a']],
  ["provisioningAction eq '2'", ['d']],
  ["provisioningAction eq 'unknownFutureValue'", ['b']],
  ['sourceIdentity/identityType lt provisioningAction', ['c']], // by code points: 'User' and 'create'
  ["concat('CRE','ATE') eq provisioningAction", []],
  ["concat('cre','ate') eq provisioningAction", ['c', 'a']],
  ["provisioningAction ne 'create'", ['d', 'b']],
  ["provisioningAction in ('Delete','unknownFutureValue')", ['d', 'b']],
  ["not (provisioningAction eq 'create')", ['d', 'b']],
  ["contains(provisioningAction,'ele')", ['d']],
  ["startswith(provisioningAction,'unknown')", ['b']],
  ["provisioningAction eq @p&@p='create'", ['c', 'a']],
  ["provisioningStatusInfo/status eq microsoft.graph.provisioningResult'failure'", ['c']],
  ["provisioningStatusInfo/status eq 'success'", ['a']],
  ["provisioningStatusInfo/status eq 'unknownFutureValue'", ['b']],
  ['provisioningStatusInfo/status eq null', ['d']],
  ["provisioningStatusInfo/status ne 'failure'", ['d', 'b', 'a']],
  ["PROVISIONINGSTATUSINFO/STATUS eq 'failure'", ['c']],
  ['provisioningStatusInfo eq null', ['d']],
  ['provisioningStatusInfo/errorInformation eq null', ['d', 'b', 'a']],
  ['provisioningStatusInfo/errorInformation ne null', ['c']],
  ["provisioningStatusInfo/errorInformation/errorCode eq 'EntryConflict'", ['c']],
  ["servicePrincipal/id eq 'hr'", ['b']],
  ["servicePrincipal/displayName eq 'Travel portal'", ['c', 'a']],
  ['servicePrincipal eq null', ['d']],
  ["initiatedBy/initiatorType eq microsoft.graph.initiatorType'system'", ['a']],
  ["initiatedBy/microsoft.graph.identity/displayName eq 'Azure AD Provisioning Service'", ['a']],
  ['isof(initiatedBy,microsoft.graph.identity)', ['a']],
  ['isof(provisioningAction,microsoft.graph.provisioningAction)', ['d', 'c', 'b', 'a']],
  ['isof(provisioningStatusInfo/status,microsoft.graph.provisioningResult)', ['c', 'b', 'a']],
  ['isof(provisioningAction,microsoft.graph.provisioningResult)', []],
  ['isof(provisioningAction,Edm.String)', []],
  ["cast(provisioningAction,Edm.String) eq 'create'", ['c', 'a']],
  ["sourceIdentity/details/UserPrincipalName eq 'ann@example.com'", ['c']],
  ["provisioningSteps/any(s:s/provisioningStepType eq 'import' and s/status eq 'success')", ['a']],
  ["provisioningSteps/any(s:s/provisioningStepType eq microsoft.graph.provisioningStepType'import')", ['a']],
  ["provisioningSteps/$count($filter=status eq 'success') eq 1", ['a']],
  ['modifiedProperties/$count eq 1', ['c']],
  ['activityDateTime eq 2023-07-30T12:00:00.1234567+02:00', ['b']],
  ['hour(activityDateTime) eq 10 and totaloffsetminutes(activityDateTime) eq 0', ['b', 'a']],
  ["cast(activityDateTime,Edm.String) eq '2023-07-30T10:00:00.1234567Z'", ['b']],
  // as Microsoft's guide for cross-tenant synchronization has it
  [
    "((contains(tolower(servicePrincipal/id), '4ba261ce') or contains(tolower(servicePrincipal/displayName), '4ba261ce')) and activityDateTime gt 2023-07-30 and activityDateTime lt 2023-07-31)",
    ['c', 'a']
  ],
  // as the portal sends it
  [
    "(activityDateTime ge 2023-07-29T22:00:00.000Z and activityDateTime le 2023-08-02T21:59:59.999Z and (provisioningStatusInfo/status eq microsoft.graph.provisioningResult'failure') and (contains(tolower(servicePrincipal/id),'travel') or contains(tolower(servicePrincipal/displayName),'travel')))",
    ['c']
  ]
]

describe('$filter', () => {
  it.each(FILTERS)('%s', async (filter, found) => {
    const [expression = '', alias] = filter.split('&')
    const url = `${query(log, { $filter: expression, $top: '500', $orderby: 'activityDateTime desc' })}${alias ? `&${alias}` : ''}`
    // the second answer comes from a plan
    for (const answer of [await service.get(url), await service.get(url)])
      expect([answer.status, ids(answer)]).toEqual([200, found])
  })

  it('takes the filters of clients as they send them, letter by letter', async () => {
    const answer = await service.get(
      "/v1.0/auditLogs/provisioning?$filter=((contains(tolower(servicePrincipal/id), 'hr') or contains(tolower(servicePrincipal/displayName), 'hr')) and activityDateTime gt 2023-07-30 and activityDateTime lt 2023-07-31)&$top=500&$orderby=activityDateTime desc"
    )
    expect(ids(answer)).toEqual(['b'])
  })

  it('has a plan for other members, too', async () => {
    const found = []
    for (const member of ['create', 'delete', 'unknownFutureValue', 'update', '2', 'CREATE'])
      found.push(ids(await service.get(query(log, { $filter: `provisioningAction eq '${member}'` }))))
    expect(found).toEqual([['c', 'a'], ['d'], ['b'], [], ['d'], ['c', 'a']])
  })

  it.each([
    ["provisioningAction eq 'bogus'", "'bogus' is no member of 'microsoft.graph.provisioningAction', at position 22"],
    ["provisioningAction eq '7'", "'7' is no member of 'microsoft.graph.provisioningAction', at position 22"],
    [
      "provisioningAction in ('create','x')",
      "'x' is no member of 'microsoft.graph.provisioningAction', at position 32"
    ],
    [
      "provisioningAction eq microsoft.graph.provisioningResult'failure'",
      "A value of 'microsoft.graph.provisioningAction' cannot be compared with one of 'microsoft.graph.provisioningResult', at position 22"
    ],
    [
      "provisioningAction eq microsoft.graph.nothing'x'",
      "There is no enumeration 'microsoft.graph.nothing', at position 22"
    ],
    ['provisioningAction eq 1', 'A value of type string cannot be compared with one of type number, at position 19'],
    ["action eq 'Create'", "'action' is not a property of 'microsoft.graph.provisioningObjectSummary', at position 0"],
    [
      "statusInfo/status eq 'x'",
      "'statusInfo' is not a property of 'microsoft.graph.provisioningObjectSummary', at position 0"
    ],
    [
      'provisioningStatusInfo/presence eq 1',
      "'presence' is not a property of 'microsoft.graph.provisioningStatusInfo', at position 23"
    ],
    ["tenant eq 'x'", "'tenant' is not a property of 'microsoft.graph.provisioningObjectSummary', at position 0"]
  ])('refuses %s', async (filter, message) => {
    for (let times = 0; times < 2; times++) {
      const answer = await service.get(query(log, { $filter: filter }))
      expect([answer.status, errorOf(answer).message]).toEqual([400, `${message} of $filter.`])
    }
  })

  it.each([
    "cast('create',microsoft.graph.provisioningAction) eq provisioningAction",
    'cast(provisioningAction,Edm.Int32) eq 1'
  ])('does not cast to enumerations, nor to their numbers: %s', async ($filter) => {
    const answer = await service.get(query(log, { $filter }))
    expect([answer.status, errorOf(answer).code]).toEqual([501, 'notImplemented'])
  })

  it('is not that of /, whose names and types are its own', async () => {
    const at = async (root: string, filter: string) =>
      (await service.get(query(`${root}/auditLogs/provisioning`, { $filter: filter }))).status
    expect(await at('', "provisioningAction eq 'create'")).toBe(400)
    expect(await at('', "action eq 'bogus'")).toBe(200)
    expect(await at('', "statusInfo/status eq microsoft.graph.provisioningAction'create'")).toBe(400)
  })
})

describe('Texts at /', () => {
  it.each([
    ["statusInfo/status eq 'Success'", ['a']],
    ["statusInfo/status eq 'success'", []],
    ["'Success' eq statusInfo/status", ['a']],
    ["statusInfo/status in ('Success','String')", ['b', 'a']],
    ["statusInfo/status in ('success','string')", []],
    ["not (statusInfo/status eq 'success')", ['d', 'c', 'b', 'a']],
    ["statusInfo/status eq 'success' or statusInfo/status eq null", ['d']]
  ])('are compared as they are, although they are indexed in any case: %s', async ($filter, found) => {
    expect(ids(await service.get(query('/auditLogs/provisioning', { $filter })))).toEqual(found)
  })
})
