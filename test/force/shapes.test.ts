/** Whatever an event is, it is the same event at every root. */
import fc from 'fast-check'
import { sharedService, type Json } from '../support/service.ts'
import { effort } from './effort.ts'

const service = sharedService()
const runs = effort(25, 400, 10_000)
/** In milliseconds, on a machine that is busy. */
const TIMEOUT = Math.max(300_000, runs * 500)

const nullable = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })
const text = nullable(
  fc.constantFrom(
    '',
    'a',
    'Success',
    'failure',
    'CREATE',
    'stagedDelete',
    'Import',
    'unknownFutureValue',
    's\u212aipped',
    '😀'
  )
)
const leaf = fc.constantFrom('x', 'y', 7, null, true, [1], {})
const details = nullable(
  fc.dictionary(
    fc.constantFrom('ServicePrincipalId', 'ServicePrincipalDisplayName', 'n', 'odd name', '"', '\\', '\n', '__proto__'),
    leaf,
    { noNullPrototype: true }
  )
)
const sparse = (members: Record<string, fc.Arbitrary<unknown>>) =>
  nullable(fc.record(members, { requiredKeys: [], noNullPrototype: true }))
const system = sparse({ id: text, displayName: text, details })
const identity = sparse({ id: text, displayName: text, identityType: text, details })
const error = { errorCode: text, reason: text, additionalDetails: text, errorCategory: text, recommendedAction: text }
const step = fc.record(
  { name: text, status: text, description: text, provisioningStepType: text, details },
  { noNullPrototype: true }
)

/** An event in the shape of `/`. */
const event = fc.record(
  {
    activityDateTime: fc.constantFrom('2024-05-01T12:00:00Z', '2017-01-01T00:02:10.8639373+03:00'),
    action: text,
    jobId: text,
    durationInMilliseconds: nullable(fc.integer({ min: -5, max: 5 })),
    initiatedBy: sparse({ id: text, displayName: text, initiatorType: text }),
    sourceSystem: system,
    targetSystem: system,
    sourceIdentity: identity,
    targetIdentity: identity,
    statusInfo: fc.oneof(
      sparse({ status: text }),
      sparse({ status: text, ...error }).map(
        (each) => each && { '@odata.type': '#microsoft.graph.statusDetails', ...each }
      )
    ),
    provisioningSteps: fc.array(step, { maxLength: 2 })
  },
  { requiredKeys: ['activityDateTime'], noNullPrototype: true }
)

async function post(root: string, body: object) {
  const { status, headers, body: created, text } = await service.post(`${root}/auditLogs/provisioning`, body)
  expect([status, text]).toEqual([201, expect.any(String)])
  const location = headers.get('location')!.slice(service.url.length)
  const read = await service.get(location)
  expect(read.text).toBe(text) // what the answer to a POST says is what is read
  return { created, id: String(created.id) }
}

async function at(root: string, id: string): Promise<Json> {
  const { body } = await service.get(`${root}/auditLogs/provisioning/${id}`)
  return { ...body, id: '', '@odata.context': '' }
}

it(
  'An event that is read at one root and posted to it again is the same event at all',
  async () => {
    await fc.assert(
      fc.asyncProperty(event, async (sent) => {
        const first = await post('', sent)
        const [classic, today] = [await at('', first.id), await at('/v1.0', first.id)]
        const { id: _, '@odata.context': _context, ...again } = today
        const second = await post('/v1.0', again)
        expect(await at('/v1.0', second.id)).toEqual(today)
        // at / it differs by what enumerations make of texts only
        const other = await at('', second.id)
        const third = await post('', { ...other, id: undefined, '@odata.context': undefined })
        expect(await at('', third.id)).toEqual(other)
        expect(await at('/v1.0', third.id)).toEqual(today)
        const shapeOf = (value: Json) =>
          JSON.stringify(value, (_, each: unknown) => (typeof each === 'string' ? '' : each))
        expect(shapeOf(other)).toBe(shapeOf(classic))
      }),
      { numRuns: runs }
    )
  },
  TIMEOUT
)

it(
  'A filter finds the events at /v1.0 that are shown there with the value',
  async () => {
    for (const each of fc.sample(event, { numRuns: 200, seed: 1 })) await post('', { ...each, jobId: 'filtered' })
    const read = async (filter: string) => {
      const $filter = encodeURIComponent(`jobId eq 'filtered' and (${filter})`)
      return (await service.get(`/v1.0/auditLogs/provisioning?$top=1000&$filter=${$filter}`)).body.value as Json[]
    }
    const all = await read('true')
    expect(all).toHaveLength(200)
    const find = async (filter: string) => (await read(filter)).map(({ id }) => id)
    for (const member of ['create', 'success', 'unknownFutureValue'].flatMap((each) => [each, each.toUpperCase()])) {
      const isAction = member.toLowerCase() !== 'success'
      const path = isAction ? 'provisioningAction' : 'provisioningStatusInfo/status'
      const valueOf = (each: Json) =>
        isAction ? each.provisioningAction : (each.provisioningStatusInfo as Json | null)?.status
      const wanted = (each: Json) => String(valueOf(each)).toLowerCase() === member.toLowerCase()
      expect(await find(`${path} eq '${member}'`)).toEqual(all.filter(wanted).map(({ id }) => id))
      expect(await find(`not (${path} eq '${member}')`)).toEqual(
        all.filter((each) => !wanted(each)).map(({ id }) => id)
      )
    }
    for (const path of ['servicePrincipal', 'provisioningStatusInfo'])
      expect(await find(`${path} eq null`)).toEqual(all.filter((each) => each[path] === null).map(({ id }) => id))
    const hasNoError = (each: Json) => !(each.provisioningStatusInfo as Json | null)?.errorInformation
    expect(await find('provisioningStatusInfo/errorInformation eq null')).toEqual(
      all.filter(hasNoError).map(({ id }) => id)
    )
  },
  TIMEOUT
)
