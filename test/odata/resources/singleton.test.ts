import { documentedExample, errorOf, query, sharedService, valuesOf } from '../../support/service.ts'

const service = sharedService()
const path = '/auditLogs/provisioning'

beforeAll(async () => {
  for (let i = 0; i < 3; i++) await service.post(path, { ...documentedExample, id: `e${i}`, jobId: `job ${i}` })
})

describe('$expand on the singleton (URL Conventions 4.01, 5.1.2)', () => {
  it('gives the collections, each with its options', async () => {
    const { body } = await service.get(
      query('/beta/auditLogs', {
        $expand:
          "provisioning($filter=contains(jobId,'job 1');$select=id;$count=true),directoryProvisioning($top=1;$orderby=id desc;$select=jobId;$filter=startswith(jobId,'job'))"
      })
    )
    const type = '#microsoft.graph.provisioningObjectSummary'
    expect(body).toEqual({
      '@odata.context': `${service.url}/beta/$metadata#auditLogs(provisioning(id),directoryProvisioning(jobId))`,
      '@odata.type': '#microsoft.graph.auditLogRoot',
      provisioning: [{ '@odata.type': type, id: 'e1' }],
      'provisioning@odata.count': 1,
      directoryProvisioning: [
        {
          '@odata.type': type,
          '@odata.id': `${service.url}/beta/auditLogs/directoryProvisioning('e2')`,
          jobId: 'job 2'
        }
      ],
      'directoryProvisioning@odata.nextLink': expect.stringContaining(
        '/beta/auditLogs/directoryProvisioning?$top=1&$orderby=id%20desc&'
      ) as string
    })
    const link = body['directoryProvisioning@odata.nextLink'] as string
    expect(valuesOf(await service.get(link.slice(service.url.length)))).toMatchObject([{ jobId: 'job 1' }])
  })

  it('shows in the context URL what each has besides its properties', async () => {
    const $expand =
      'provisioning($compute=durationInMilliseconds add 1 as more),directoryProvisioning($select=id,jobId)'
    const { body } = await service.get(query('/auditLogs', { $expand }))
    const list = 'provisioning(*,more),directoryProvisioning(id,jobId)'
    expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs(${list})`)
  })

  it('gives all of them for *', async () => {
    const { body } = await service.get('/auditLogs?$expand=*')
    expect(Object.keys(body)).toEqual(['@odata.context', '@odata.type', 'provisioning', 'directoryProvisioning'])
    expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs`)
  })

  it.each(['*/$count,provisioning/$ref', 'provisioning/$ref,*/$count'])(
    'gives for * those that have no item of their own: %s',
    async ($expand) => {
      const { body } = await service.get(query('/auditLogs', { $expand }))
      const members = ['provisioning', 'directoryProvisioning@odata.count']
      expect(Object.keys(body)).toEqual(['@odata.context', '@odata.type', ...members])
    }
  )

  it.each([
    ['provisioning', '', '(provisioning())'],
    [
      'provisioning($top=1),directoryProvisioning($select=id)',
      '(directoryProvisioning(id))',
      '(provisioning(),directoryProvisioning(id))'
    ],
    ['provisioning/$ref,directoryProvisioning/$count', '', '']
  ])('has a context URL by the version (Protocol 4.01, 10.10): %s', async ($expand, at40, at401) => {
    for (const [version, list] of [
      ['4.0', at40],
      ['4.01', at401]
    ] as const) {
      const { body } = await service.get(query('/auditLogs', { $expand }), { 'OData-MaxVersion': version })
      expect(body['@odata.context']).toBe(`${service.url}/$metadata#auditLogs${list}`)
    }
  })

  it.each([
    ['provisioning', {}, '(provisioning)', []],
    ['*', {}, '', []],
    [' provisioning , provisioning,*', { $expand: 'provisioning($top=0)' }, '(provisioning)', ['provisioning']],
    [
      'provisioning',
      { $expand: 'directoryProvisioning($top=0;$select=id)' },
      '(provisioning,directoryProvisioning(id))',
      ['directoryProvisioning']
    ]
  ])('takes $select=%s with %j (Protocol 4.01, 11.2.5.1)', async ($select, options, list, expanded) => {
    const { status, body } = await service.get(query('/auditLogs', { $select, ...options }))
    expect([status, body['@odata.context']]).toEqual([200, `${service.url}/$metadata#auditLogs${list}`])
    expect(Object.keys(body)).toEqual(['@odata.context', '@odata.type', ...expanded])
  })

  it('shows the links that are selected with the level full', async () => {
    const full = { Accept: 'application/json;metadata=full' }
    const { body } = await service.get('/auditLogs?$select=directoryProvisioning', full)
    const url = `${service.url}/auditLogs/directoryProvisioning`
    const { '@odata.context': _, '@odata.type': __, '@odata.id': ___, '@odata.readLink': ____, ...links } = body
    expect(links).toEqual({
      'directoryProvisioning@odata.associationLink': `${url}/$ref`,
      'directoryProvisioning@odata.navigationLink': url
    })
  })

  it.each(['id', 'provisioning/id', 'Provisioning', '', 'auditLogs'])('refuses $select=%s', async ($select) => {
    const answer = await service.get(query('/auditLogs', { $select }))
    expect([answer.status, errorOf(answer).target]).toEqual([400, '$select'])
  })

  it('has what is said of a collection just before it (OData JSON 4.01, 4.4)', async () => {
    const $expand = 'provisioning($top=1;$count=true),directoryProvisioning/$count'
    const { body } = await service.get(query('/beta/auditLogs', { $expand }), {
      Accept: 'application/json;metadata=full'
    })
    expect(Object.keys(body)).toEqual([
      '@odata.context',
      '@odata.type',
      '@odata.id',
      '@odata.readLink',
      'provisioning@odata.associationLink',
      'provisioning@odata.navigationLink',
      'provisioning@odata.count',
      'provisioning',
      'provisioning@odata.nextLink',
      'directoryProvisioning@odata.associationLink',
      'directoryProvisioning@odata.navigationLink',
      'directoryProvisioning@odata.count'
    ])
  })

  it.each([
    'foo',
    'provisioning,provisioning',
    '*,*',
    '*,provisioning,provisioning',
    'provisioning($foo=1)',
    'provisioning($filter=foo eq 1)',
    '',
    'provisioning(',
    'provisioning/jobId'
  ])('refuses %j', async ($expand) => expect((await service.get(query('/auditLogs', { $expand }))).status).toBe(400))
})
