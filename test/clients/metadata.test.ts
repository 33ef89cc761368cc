import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { xml2json } from 'odata-csdl'
import ts from 'typescript'
import { sharedService } from '../support/service.ts'

const service = sharedService()

describe('The metadata is understood by readers that were not written here', () => {
  it.each(['', '/v1.0'])(
    'in XML by the converter of OASIS, which makes of it what is served as JSON, at %j',
    async (root) => {
      const xml = await service.get(`${root}/$metadata`, { 'OData-MaxVersion': '4.01' }) // JSON is of this version, too
      const json = await service.get(`${root}/$metadata?$format=json`)
      expect(xml2json(xml.text)).toEqual(json.body)
    }
  )

  /** Generates types from the metadata of a root, compiles them, and returns their text. */
  async function generated(root: string) {
    const folder = mkdtempSync(join(tmpdir(), 'odata2ts-'))
    const source = join(folder, 'metadata.xml')
    writeFileSync(source, (await service.get(`${root}/$metadata`)).text)
    const cli = join(dirname(require.resolve('@odata2ts/odata2ts')), 'run-cli.js')
    await promisify(execFile)(process.execPath, [cli, '-s', source, '-o', folder, '-m', 'models', '-e', 'ts'])

    const file = join(folder, 'MicrosoftGraphModel.ts')
    const program = ts.createProgram([file], {
      noEmit: true,
      strict: true,
      types: [],
      lib: ['lib.es2024.d.ts'],
      skipLibCheck: true
    })
    expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([])
    return readFileSync(file, 'utf8')
  }

  it.concurrent('in XML by odata2ts, whose generated client types compile and have all properties', async () => {
    const text = await generated('')
    expect(text).toMatch(/export interface provisioningObjectSummary \{[^}]* {2}id: string;/)
    expect(text).toContain('export interface statusDetails extends statusBase')
    expect(text).toMatch(/targetIdentity: provisionedIdentity \| null;/)
    expect(text).toMatch(/provisioningSteps: Array<provisioningStep>;/)
  })

  it.concurrent('with its enumerations and derived types at /v1.0', async () => {
    const text = await generated('/v1.0')
    expect(text).toMatch(/export enum provisioningResult \{[^}]*\bwarning\b[^}]*\bunknownFutureValue\b/)
    expect(text).toMatch(/provisioningAction: (provisioningAction|keyof typeof provisioningAction) \| null;/)
    expect(text).toContain('export interface provisioningSystem extends identity')
    expect(text).toContain('servicePrincipal: provisioningServicePrincipal | null;')
    expect(text).toMatch(/export interface provisioningObjectSummary extends entity/)
  })
})
