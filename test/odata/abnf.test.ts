/**
 * The test cases of the OData ABNF (odata-abnf-testcases of OASIS), with the names of this model: what they parse is
 * answered, or refused as not implemented; what they do not parse is refused. The sections are those of URL Conventions.
 */
import { errorOf, sharedService, valuesOf, type Json } from '../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'
const ENTITY = 'microsoft.graph.provisioningObjectSummary'
const DETAILS = 'microsoft.graph.statusDetails'
const ITEM = 'microsoft.graph.modifiedProperty'

const events: Json[] = [
  {
    id: 'a',
    activityDateTime: '2024-05-01T10:00:00.1234567Z',
    cycleId: "O'Neil",
    changeId: '08/15',
    action: 'Create',
    durationInMilliseconds: 5,
    initiatedBy: { displayName: 'Ann Lee', initiatorType: 'user' },
    statusInfo: {
      '@odata.type': '#microsoft.graph.statusDetails',
      status: 'failure',
      errorCode: 'C1',
      reason: 'blue green'
    },
    modifiedProperties: [{ displayName: 'mail', newValue: 'more&more #1 a;b' }, { displayName: 'title' }]
  },
  {
    id: 'b',
    activityDateTime: '2024-05-02T23:30:00+02:00',
    cycleId: 'AND OR $find',
    action: 'Update',
    durationInMilliseconds: -7,
    statusInfo: { status: 'success' },
    modifiedProperties: [{ displayName: 'mail', newValue: '3.14 9,81 brand-new __FILE__ 2x4 Δ' }]
  },
  { id: 'c', activityDateTime: '2024-02-29T12:34:56-08:00', cycleId: 'NOT', changeId: 'Tablet/Slate (small)' }
]

beforeAll(async () => {
  for (const event of events) expect((await service.post(path, event)).status).toBe(201)
})

/** Asks for a URL, in which only what no URL can have is encoded. @returns the ids of what a list has, or the status */
async function asked(url: string) {
  const answer = await service.get(url.replaceAll(/[^!-~]|["^`{|}]/gu, encodeURIComponent))
  if (answer.status >= 400) expect(errorOf(answer).message).toMatch(/^\S.*\.$/s)
  const isList =
    answer.status === 200 && Array.isArray(answer.body.value) && 'id' in (valuesOf(answer)[0] ?? { id: '' })
  return isList
    ? valuesOf(answer)
        .map(({ id }) => id)
        .join('')
    : answer.status
}

const test = (name: string, cases: [url: string, expected: number | string][]) =>
  describe(name, () => {
    it.each(cases)('%s: %s', async (url, expected) => expect(await asked(url)).toBe(expected))
  })

/** Cases of a query option, of which the ids are in their order. */
const testOption = (name: string, cases: [value: string, expected: number | string][]) =>
  test(
    name,
    cases.map(([value, expected]) => [
      `${path}?${value}&$select=id${/orderby=/i.test(value) ? '' : '&$orderby=id'}`,
      expected
    ])
  )

test('Resource paths (4)', [
  [`${path}('a')`, 200],
  [`${path}(id='a')`, 200],
  [`${path}(id='a',tenantId='t')`, 404],
  [`${path}(id='a';tenantId='t')`, 400],
  [`${path}(ID='a')`, 400],
  [`${path}(wrong)`, 400],
  [`${path}(@key)?@key='a'`, 200],
  [`${path}(id=@key)?@key='a'`, 200],
  [`${path}(@key)`, 400],
  [`${path}%28%27a%27%29`, 200],
  [`${path}('O''Neil')`, 404],
  [`${path}(%27O%27%27Neil%27)`, 404],
  [`${path}('O%27Neil')`, 400],
  [`${path}('O'Neil')`, 400],
  [`${path}('Tablet%20)small(')`, 404],
  [`${path}('Tablet%2FSlate')`, 404],
  [`${path}/a`, 200],
  [`${path}/O'Neil`, 404],
  [`${path}/Smartphone%2FTablet`, 404],
  [`${path}?`, 'bac'],
  ['/provisioningEvents', 'bac'],
  ["/provisioningEvents.('foo')", 404],
  ["/.provisioningEvents('foo')", 404],
  ['/$metadata?$format=json', 200],
  ['/$metadata?$format=text/html', 406],
  ['/$entity?$id=urn:some:id', 404],
  ["/$entity?id=auditLogs/provisioning('a')", 200],
  [`/$entity/${ENTITY}?$id=auditLogs/provisioning('a')&$select=id`, 200],
  ['/$entity?$format=json', 400],
  [`${path}/$ref`, 200],
  [`${path}/$ref/$count`, 404],
  [`${path}('a')/$ref`, 200],
  [`${path}('a')/$ref/$count`, 404],
  [`${path}('a')/id`, 200],
  [`${path}('a')/initiatedBy/displayName`, 200],
  [`${path}('a')/statusInfo/${DETAILS}/errorCode`, 200],
  [`${path}('a')/modifiedProperties`, 200],
  [`${path}('a')/id/$value?$format=json`, 200],
  [`${path}('a')/id/$value`, 200],
  [`${path}('a')/id/$value/foo`, 404],
  [`${path}('a')/initiatedBy/$value`, 404],
  [`${path}/$count?$filter=durationInMilliseconds gt 0`, 200],
  [`${path}/$count/foo`, 404],
  [`${path}('a')/modifiedProperties/$count`, 200],
  [`${path}/${ENTITY}`, 'bac'],
  [`${path}/${ENTITY}('a')`, 200],
  [`${path}('a')/${ENTITY}`, 200],
  [`${path}('a')/modifiedProperties/${ITEM}/$count`, 200],
  [`${path}/$filter(@f)?@f=durationInMilliseconds gt 3`, 'a'],
  [`${path}/$filter(durationInMilliseconds gt 3)`, 'a'],
  [`${path}/$filter(@f)/$filter(@g)?@f=id gt 'a'&@g=id lt 'c'`, 'b'],
  [`${path}/$filter(@f)/$filter(@g)/$ref?@f=id gt 'a'&@g=id lt 'c'`, 200],
  [`${path}/$filter(@f)/$count?@f=id gt 'a'&$filter=id lt 'c'`, 200],
  [`${path}/$filter(@f)/$each?@f=true`, 501],
  [`${path}('a')/$value`, 400], // no media entity (Protocol 4.01, 11.2.3)
  ['/auditLogs/$value', 400],
  ['/$crossjoin(provisioningEvents,provisioningEvents)?$filter=true', 501],
  ['/$all?$search=red', 501],
  [`/$all/${ENTITY}?$filter=true`, 501],
  ...['', "('a')", "('a')/modifiedProperties", "('a')/initiatedBy", "('a')/id"].map((each): [string, number] => [
    `${path}${each}/$query`,
    405 // it is posted to
  ]),
  ['/$crossjoin(provisioningEvents)/$query', 405]
])

testOption('Operators (5.1.1.1 to 5.1.1.3)', [
  ['$filter=true', 'abc'],
  ['filter=true', 'abc'],
  ['$filter =true', 400],
  ['$filter=', 400],
  ['$filter=0', 400],
  ['$filter=true eq false', ''],
  ['$filter=tRUe ne fALSe', 'abc'],
  ["$filter=initiatedBy/displayName eq 'Ann Lee'", 'a'],
  ['$filter=initiatedBy eq {"displayName":"Ann Lee"}', 501],
  ["$filter=action EQ 'Create' AND durationInMilliseconds LT 5.55", 'a'],
  ["$filter=action Eq 'Create' OR durationInMilliseconds Lt -2", 'ab'],
  ["$filter=not endswith(action,'eate')", 'b'],
  ["$filter=initiatedBy/initiatorType has microsoft.graph.initiatorType'user'", 501],
  ["$filter=action in ('Create', 'Update')", 'ab'],
  ['$filter=action in ["Create", "Update"]', 'ab'],
  [`$filter=action in ["Create",'Update']`, 'ab'],
  ['$filter=action in []', ''],
  ['$filter=action in ()', ''],
  ['$filter=action in (action)', 'abc'],
  ["$filter=action eq ('Create','Update')", 400],
  ['$filter=["Joe","Smith"] in [["John","Doe"],["Jane","Smith"]]', 501],
  ['$filter=["Milk", "Cheese"] eq ["Oranges", "Carrots", "Ginger"]', 501],
  ['$filter=durationInMilliseconds add 2.45 eq 7.45', 'a'],
  ['$filter=(durationInMilliseconds sub 0.5) mod 2 eq 0.5', 'a'],
  ['$filter=-durationInMilliseconds eq 7', 'b'],
  ['$filter=durationInMilliseconds mul 2.0 eq 10', 'a'],
  ['$filter=durationInMilliseconds div 2 eq -3', 'b'],
  ['$filter=durationInMilliseconds divby 2 eq 2.5', 'a'],
  ['$filter=( true )', 'abc'],
  ['$filter=(4 add 5) mod (4 sub 1) eq 0', 'abc'],
  ['$filter=(4 add 5) mod (4 sub 1)', 400]
])

testOption('Functions (5.1.1.4 to 5.1.1.12)', [
  ["$filter=concat(concat(action,'-'), id) eq 'Create-a'", 'a'],
  ["$filter=contains(initiatedBy/displayName,'nn L')", 'a'],
  ["$filter=indexof(action,'e') eq 2", 'a'],
  ['$filter=length(initiatedBy/displayName) eq 7', 'a'],
  ["$filter=startswith(action,'Up')", 'b'],
  ["$filter=substring(action, 4,2) eq 'te'", 'ab'],
  ...['contains', 'endswith', 'startswith', 'hassubset', 'hassubsequence'].map((name): [string, number] => [
    `$filter=${name}(["Fred","George"],["George"])`,
    501
  ]),
  ['$filter=indexof(["Fred","George"],["George"]) eq 1', 501],
  ['$filter=length(["Fred","George","Ron"]) eq 3', 501],
  ["$filter=matchesPattern(action,'%5EC.*e$')", 'a'],
  ["$filter=tolower(action) eq 'create' or toupper(action) eq 'UPDATE' and trim(action) eq action", 'ab'],
  ['$filter=date(activityDateTime) eq 2024-05-02 and time(activityDateTime) eq 23%3A30', 'b'],
  ['$filter=year(activityDateTime) eq 2024 and month(activityDateTime) eq 2 and day(activityDateTime) eq 29', 'c'],
  ['$filter=hour(activityDateTime) eq 12 and minute(activityDateTime) eq 34 and second(activityDateTime) eq 56', 'c'],
  ['$filter=fractionalseconds(activityDateTime) eq 0.1234567', 'a'],
  ['$filter=totaloffsetminutes(activityDateTime) eq -480', 'c'],
  ["$filter=totalseconds('PT1M') eq 60", 'abc'],
  ['$filter=mindatetime%28%20%29 lt now%28%20%29 and now() lt maxdatetime%28%20%29', 'abc'],
  ['$filter=ceiling(1.2) eq 2 and floor(-1.2) eq -2 and round(-0.5) eq -1', 'abc'],
  [`$filter=cast(${ENTITY}) ne null and isof(${ENTITY})`, 'abc'],
  [`$filter=isof(statusInfo,${DETAILS})`, 'a'],
  ["$filter=cast(durationInMilliseconds,Edm.String) eq '5'", 'a'],
  ['$filter=isof(action,Edm.GeographyPoint)', 501],
  ['$filter=geo.distance(action,id) lt 1', 501],
  ["$filter=geo.length(geography'SRID=0;LineString(142.1 64.1,3.14 2.78)') gt 1", 501],
  ["$filter=geo.intersects(geometry'SRID=0;Point(142.1 64.1)',geometry'SRID=0;Polygon((1 1,1 1))')", 501],
  ['$compute=case(durationInMilliseconds gt 0:1,durationInMilliseconds lt 0:-1,true:0) as S&$filter=S eq 0', 'c'],
  ['$compute=case( durationInMilliseconds gt 0 : 1 , true : 0) as S&$filter=S eq 1', 'a']
])

testOption('Collections, paths and aliases (5.1.1.13 to 5.1.1.16, 5.3)', [
  ['$filter=modifiedProperties/any( )', 'ab'],
  ['$filter=modifiedProperties/any( lambda : true )', 'ab'],
  ['$filter=any()', 400],
  [`$filter=modifiedProperties/${ITEM}/any()`, 'ab'],
  ["$filter=modifiedProperties/any(lambda:lambda/displayName eq 'title' and $it/action eq 'Create')", 'a'],
  ["$filter=modifiedProperties/all(lambda:lambda/displayName eq 'mail')", 'bc'],
  ['$filter=all(lambda:true)', 400],
  ['$filter=modifiedProperties/all()', 400],
  ["$filter=modifiedProperties/$count($filter=displayName eq 'mail') gt 0", 'ab'],
  ["$filter=modifiedProperties/$filter(endswith(displayName,'le'))/$count lt 1", 'bc'],
  ['$orderby=modifiedProperties/$count,id', 'cba'],
  ["$filter=$it/action eq 'Create'", 'a'],
  ["$filter=$this/action eq 'Create'", 'a'],
  ['$filter=$it eq {"@odata.id":"http://host/service/ZqV5t"}', 501],
  ['$filter=$it eq @ref&@ref={"@odata.id":"http://host/service/ZqV5t"}', 501],
  ["$filter=action eq $root/provisioningEvents('a')/action", 501],
  ["$filter=action/@Measures.Currency eq 'EUR'", 501],
  ["$filter=action/@Measures.Currency%23Reporting eq 'EUR'", 501],
  ["$filter=action/@Currency%23Reporting eq 'EUR'", 501],
  ["$filter=@Core.Messages/any(m:m/severity eq 'error')", 501],
  ["$filter=@Messages/any(m:m/severity eq 'error')", 501],
  ['$compute=@Core.Messages as CoreMessages', 501],
  ["$filter=contains(initiatedBy/displayName,@word)&@word='Ann%20L'", 'a'],
  ['$filter=Model.Available()', 400],
  ['$filter=modifiedProperties/Model.Available()', 400]
])

testOption('Literals (ABNF, 7)', [
  ["$filter=binary'Zg==' ne null and binary'Zg' ne null and binary'' ne null", 'abc'],
  ["$filter=X'1a2B3c4D' ne null", 400],
  ['$filter=date(activityDateTime) lt 2012-09-03', ''],
  ['$filter=date(activityDateTime) lt 0000-01-01', 501],
  ['$filter=date(activityDateTime) gt -10000-04-01', 501],
  ['$filter=date(activityDateTime) gt -INF', 400],
  ['$filter=activityDateTime gt 2024-05-01T10:00Z', 'ab'],
  ['$filter=activityDateTime eq 2024-05-02T23%3A30%2B02%3A00', 'b'],
  ['$filter=activityDateTime eq 2024-05-02T23:30:00.0+02:00', 'b'],
  ['$filter=activityDateTime gt 1972-06-30T23:59:60Z', 501],
  ['$filter=activityDateTime gt -10000-04-01T00:00Z', 501],
  ['$filter=activityDateTime gt 2011-12-31T24:00Z', 400],
  ['$filter=activityDateTime gt 2012-09-03T24:00-03:00', 400],
  ['$filter=durationInMilliseconds eq %2B5', 'a'],
  ['$filter=durationInMilliseconds eq 0.5e%2B1', 'a'],
  ['$filter=durationInMilliseconds eq 5e0', 'a'],
  ['$filter=durationInMilliseconds lt INF and durationInMilliseconds gt -INF', 'ab'],
  ['$filter=durationInMilliseconds eq NaN', ''],
  ['$filter=durationInMilliseconds eq 5.', 400],
  ['$filter=durationInMilliseconds eq .5', 400],
  ['$filter=durationInMilliseconds eq 5e1e2', 400],
  ["$filter='-P6DT23H59M59.9999S' lt duration'P6DT23H59M59.9999S'", 'abc'],
  ["$filter=duration'+P6D' ne null", 400],
  ["$filter=duration'P1Y6D' ne null", 400],
  ["$filter=duration'P1M6D' ne null", 400],
  ["$filter=cycleId eq %27O'%27Neil'", 'a'],
  ["$filter=cycleId eq 'O'Neil'", 400],
  ["$filter=cycleId eq 'O%27Neil'", 400],
  ["$filter='%26%28' ne null", 'abc'],
  ['$filter=01234567-89ab-cdef-0123-456789abcdef ne null', 'abc'],
  ['$filter=01234g67-89ab-cdef-0123-456789abcdef ne null', 400],
  ['$filter=01234567-89ab-cdef-456789abcdef ne null', 400],
  ['$filter=11%3A22%3a33 lt 11:22:33.4444444', 'abc'],
  ['$filter=24:00:00 ne null', 400],
  ['$filter=0time eq 1', 400],
  ['$filter=No.Dot eq 1', 400],
  ["$filter=statusInfo/status eq microsoft.graph.provisioningResult'failure'", 'a'],
  ["$filter=statusInfo/status eq 'failure'", 'a']
])

testOption('$search (5.1.8)', [
  ...['blue', '"blue%20green"', 'blue AND green', '(foo OR blue) AND (bar OR green) AND NOT quux', '08/15', '%231'].map(
    (each): [string, string] => [`$search=${each}`, 'a']
  ),
  ...["O'Neil", 'more%26more', 'a%3Bb', `'"blu'`, `'"blue%20g'`, `'"blue" "green'`, `'(blue'`, 'green blue'].map(
    (each): [string, string] => [`search=${each}`, 'a']
  ),
  ...['3.14', '9,81', '2x4', 'brand-new', '__FILE__', '$find', 'AND', 'AND OR', 'OR AND', '%CE%94'].map(
    (each): [string, string] => [`$search=${each}`, 'b']
  ),
  ...['NOT', 'Slate AND small', '(Tablet AND foo) OR small'].map((each): [string, string] => [`$search=${each}`, 'c']),
  ['$search=AND OR NOT', 'bc'],
  ['$search=NOT NOT', 'ab'],
  ['$search=NOT blue', 'bc'],
  ['$search=NOT (blue green)', 'bc'],
  ['$search=blue NOT green', ''],
  [`$search='"'`, 'abc'],
  ["$search='('", 'abc'],
  ['$search="blue', 400],
  ['$search=%22blue', 400],
  ['$search="blue%22green', 400]
])

testOption('$orderby, $top, $skip, $count, $format and others (5.1.5 to 5.1.12)', [
  ['$OrderBy=id', 'abc'],
  ['OrderBy=id%09desc', 'cba'],
  ['$orderby=durationInMilliseconds ge 5 asc,id desc', 'cba'],
  ['$top=1&$skip=1', 'b'],
  ['top=1&skip=2', 'c'],
  ['$count=true', 'abc'],
  ['$count', 400],
  ['format=JSON', 'abc'],
  ['$format=json&$Format=atom', 400],
  ['$format=text/html', 406],
  ['$index=42', 501],
  ['index=-42', 501],
  ['$schemaversion=*', 501],
  ['schemaversion=1.42.2', 501],
  ['$compute=durationInMilliseconds mul 2 as Two,day(activityDateTime) as _d&$filter=Two eq 10 and _d eq 1', 'a'],
  ['$deltatoken=A@Lot_Has:Changed?=Here!', 400],
  ['$skiptoken=Start@Next_Chunk:From?=Here!', 400],
  ['find=O%27Neil', 400],
  ['!special', 400]
])

test('$select and $expand (5.1.3 and 5.1.4)', [
  ...[
    'select=id,action',
    '$select=id,*',
    '$select=id,initiatedBy/displayName',
    `$select=id,statusInfo/${DETAILS}/errorCode`,
    `$select=id,${ENTITY}/action,microsoft.graph.*`,
    `$select=id,statusInfo($select=status,${DETAILS}/errorCode)`,
    "$select=id,modifiedProperties($filter=startswith(displayName,'m');$top=5;$skip=0;$count=true;$search=mail)",
    "$select=id,modifiedProperties($filter=endswith($this/displayName,'il');$orderby=displayName)"
  ].map((each): [string, string] => [`${path}?${each}`, 'bac']),
  [`${path}('a')/statusInfo?$select=${DETAILS}/errorCode`, 200],
  [`${path}?$select=id,modifiedProperties(@c=15;$top=1)`, 501],
  [`${path}?$select=@Core.Messages($top=5)`, 501],
  [`${path}?$select=initiatedBy/@Core.Messages`, 501],
  ...[
    'provisioning',
    'provisioning/$ref,directoryProvisioning',
    'provisioning($count=true)',
    "provisioning/$count($filter=action eq 'Create')",
    'provisioning/$count(search=blue)',
    `provisioning/${ENTITY}($select=id)`,
    '*/$ref,provisioning',
    'provisioning($search=(green))',
    "provisioning($search='gr(een')"
  ].map((each): [string, number] => [`/auditLogs?expand=${each}`, 200]),
  ['/auditLogs?$expand=provisioning($levels=4)', 501],
  ['/auditLogs?$expand=*($levels=2)', 501],
  ['/auditLogs?$expand=@Namespace.EntityTerm($top=2)', 501],
  ['/auditLogs?$expand=provisioning(@foo=$this;$filter=true)', 501],
  ['/auditLogs?$expand=$value', 400],
  ['/auditLogs?$expand=provisioning/$ref($select=id)', 400],
  ['/auditLogs?$expand=provisioning/$count($count=true)', 400],
  ['/auditLogs?$expand=provisioning($search=gr(een)', 400]
])
