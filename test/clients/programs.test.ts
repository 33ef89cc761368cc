import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { browserPath } from '../support/chromium.ts'
import { startService } from '../support/service.ts'

/** Programs as users of these clients write them. They have packages of their own: see docs/clients.md. */
const programs = join(__dirname, 'programs')
const isInstalled = existsSync(join(programs, 'node_modules'))

/** Runs a program, which prints what it got. */
async function run(program: string, ...args: string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [join(programs, program), ...args])
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n', stdout.length - 2) + 1)) as unknown
}

/** What each of them gets that does the same. */
const COMMON = {
  listed: ['e7', 'e6', 'e5'],
  filtered: ['e6', 'e4', 'e2'],
  paged: ['e7', 'e6', 'e5', 'e4', 'e3', 'e2', 'e1'],
  read: ['e2', 'failure'],
  error: [404, 'resourceNotFound']
}

/** By client: the root and further arguments of the program, and what it gets besides. */
const clients: [client: string, program: string, root: string, args: string[], more: object][] = [
  [
    "Microsoft's Graph SDK, made by Kiota, beta",
    'kiota.ts',
    '/beta',
    ['beta'],
    // 3 is a POST, which the SDK sends without headers and with a body in base64
    {
      posted: ['posted', 'by Kiota'],
      batched: [
        ['1', 200],
        ['2', 404],
        ['3', 400]
      ]
    }
  ],
  [
    "Microsoft's Graph SDK, made by Kiota, v1.0",
    'kiota.ts',
    '/v1.0',
    ['v1.0'],
    {
      posted: ['posted', 'by Kiota'],
      batched: [
        ['1', 200],
        ['2', 404],
        ['3', 400]
      ]
    }
  ],
  [
    'A client generated from OpenAPI',
    'openapi.ts',
    '',
    [],
    {
      posted: ['posted', 'by a generated client'],
      batched: [
        ['e1', 200],
        ['none', 404]
      ]
    }
  ],
  [
    'SAP Cloud SDK',
    'sap-cloud-sdk.ts',
    '',
    [],
    {
      posted: ['posted', 'by the Cloud SDK'],
      batched: [
        ['1', 200],
        ['2', 201],
        ['3', 404]
      ]
    }
  ],
  [
    'odata2ts',
    'odata2ts.ts',
    '',
    [],
    {
      posted: ['posted', 'by odata2ts'],
      properties: [
        { '@odata.type': 'microsoft.graph.modifiedProperty', displayName: 'mail', oldValue: null, newValue: 'a2' }
      ],
      error: [404, "OData server responded with error: There is no entity with the key 'none'."]
    }
  ],
  [
    "OpenUI5's ODataModel v4",
    'ui5.ts',
    '',
    [browserPath ?? ''],
    { posted: ['posted', 'by UI5', "/auditLogs/provisioning('posted')"], late: 'Ann', batches: 9 }
  ]
]

/** Whether there is what a client needs: temporary.ts says what is missing. */
const canRun = (program: string) => isInstalled && (program !== 'ui5.ts' || browserPath !== undefined)

describe.each(clients)('%s', (_, program, root, args, more) => {
  const itIfAble = canRun(program) ? it : it.skip
  const service = startService()

  beforeAll(async () => {
    for (let day = 1; day <= 7; day++)
      await service.post('/auditLogs/provisioning', {
        ...{ id: `e${day}`, activityDateTime: `2024-01-0${day}T00:00:00Z`, targetIdentity: { displayName: 'Ann' } },
        statusInfo: { status: day % 2 ? 'success' : 'failure' },
        modifiedProperties: [{ displayName: 'mail', newValue: `a${day}` }]
      })
  })

  itIfAble('lists, filters, pages, reads by key, posts, reads an error, batches', async () => {
    expect(await run(program, service.url + root, ...args)).toEqual({ ...COMMON, ...more })
  })
})
