/** Events for tests of expressions, and what finds them. */
import { errorOf, query, sharedService, valuesOf, type Json } from '../../support/service.ts'

const path = '/auditLogs/provisioning'

const events: Json[] = [
  {
    id: 'a',
    activityDateTime: '2024-05-01T10:00:00.1234567Z',
    jobId: '2024-05-01T10:00:00Z',
    cycleId: 'x1',
    action: ' \u00a0Create\t',
    durationInMilliseconds: 0,
    statusInfo: { '@odata.type': '#microsoft.graph.statusDetails', status: 'failure', errorCode: 'Conflict' },
    targetSystem: {
      details: {
        n: 7,
        t: '7',
        f: false,
        d: 'PT1M',
        o: { deep: 'x' },
        big: 3000000000,
        huge: 2 ** 60,
        r: 1.5,
        'p.q': 'x'
      }
    },
    provisioningSteps: [
      { name: 'Import', status: 'success', details: { n: 1 } },
      { name: 'Export', status: 'failure', details: { n: '1' } }
    ]
  },
  {
    id: 'b',
    activityDateTime: '2024-05-02T23:30:00+02:00',
    jobId: 'true',
    cycleId: 'y',
    durationInMilliseconds: 1500,
    statusInfo: { status: 'success' },
    targetSystem: { details: { n: 8, t: 'text', f: true } },
    provisioningSteps: [{ name: 'Import' }]
  },
  { id: 'c', activityDateTime: '2024-05-03T00:00:00Z', jobId: '12', durationInMilliseconds: null }
]

/** Starts a service that has the events, and gives functions that ask it. */
export function startWithEvents() {
  const service = sharedService()

  beforeAll(async () => {
    for (const event of events) expect((await service.post(path, event)).status).toBe(201)
  })

  async function found($filter: string, options: Record<string, string> = {}) {
    const answer = await service.get(query(path, { $filter, $orderby: 'id', ...options }))
    if (answer.status !== 200) return `${answer.status} ${errorOf(answer).message}`
    return valuesOf(answer)
      .map(({ id }) => id)
      .join('')
  }

  async function computed(expression: string) {
    const answer = await service.get(query(path, { $compute: `${expression} as v`, $select: 'v', $orderby: 'id' }))
    return answer.status === 200 ? valuesOf(answer).map(({ v }) => v) : errorOf(answer).message
  }

  return { service, path, found, computed }
}
