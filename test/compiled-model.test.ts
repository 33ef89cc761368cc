/** The model of a project is compiled once: here of one with a single entity. */
import { mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import cds from '@sap/cds'
import { keepCompiledModel, type LoadedModel } from '../srv/compiled-model.ts'
import { temporaryFolder } from './support/process.ts'

const cap = cds as unknown as {
  load: (models: string) => Promise<LoadedModel>
  compile: { for: { odata: (model: LoadedModel) => LoadedModel }; to: { sql: (model: LoadedModel) => string[] } }
}
const project = temporaryFolder()
const kept = join(project, 'kept')
const source = join(project, 'srv/service.cds')
const file = () => join(kept, readdirSync(kept)[0] ?? '')
const text = "@impl: './service.ts' service Log { entity Events { key id: String(9); at: { day: Date } } }"
const write = (what: string) => writeFileSync(source, what)

/** What CAP loads, serves and deploys, and which of its handlers have seen it. */
async function load() {
  const seen: string[] = []
  cds.once('loaded', ({ definitions = {} }) => {
    seen.push(...Object.keys(definitions))
    Object.assign(definitions['Log.Events'] as object, { '@added': true })
  })
  const model = await cap.load('*')
  const sources = model.$sources
  const deployed = cap.compile.to.sql(JSON.parse(JSON.stringify(model)) as LoadedModel)
  return {
    seen,
    sources,
    model: JSON.stringify(model),
    flat: JSON.parse(JSON.stringify(cap.compile.for.odata(model))) as object,
    deployed
  }
}

beforeAll(() => {
  for (const each of ['srv', 'db', 'kept']) mkdirSync(join(project, each))
  write(text)
  writeFileSync(join(project, '.cdsrc.json'), '{ "requires": { "queue": false } }')
  cds.root = project
  keepCompiledModel(kept)
})

describe('The compiled model', () => {
  it('is kept and taken the next time, as it was compiled', async () => {
    const compiled = await load()
    expect(compiled.seen).toEqual(['Log', 'Log.Events'])
    expect(compiled.sources).toEqual([source])
    expect(compiled.flat).toMatchObject({ definitions: { 'Log.Events': { '@added': true, elements: { at_day: {} } } } })
    expect(readdirSync(kept)).toEqual([expect.stringMatching(/^model-[0-9a-f]{64}\.json$/)])

    const { ino } = statSync(file())
    const taken = await load()
    expect(taken).toMatchObject({ ...compiled, flat: { definitions: { Log: { '@source': 'srv/service.cds' } } } })
    expect(statSync(file()).ino).toBe(ino)
  })

  it('is taken from the file', async () => {
    writeFileSync(file(), readFileSync(file(), 'utf8').replaceAll('Log.Events', 'Log.Others'))
    cds.once('loaded', ({ definitions = {} }) => expect(Object.keys(definitions)).toEqual(['Log', 'Log.Others']))
    expect(JSON.stringify(await cap.load('*'))).toContain('Log.Others')
    expect.assertions(2)
    write(`${text} `)
  })

  it.each<[string, () => void]>([
    ['a source has changed', () => write(text.replace('String(9)', 'String(8)'))],
    ['a source was written again', () => utimesSync(source, 1, 1)],
    ['a file of the code was added', () => writeFileSync(join(project, 'srv/service.ts'), '')],
    ['what was kept is damaged', () => writeFileSync(file(), readFileSync(file(), 'utf8').slice(0, 500))]
  ])('is compiled again if %s', async (_, change) => {
    await load()
    const { ino } = statSync(file())
    change()
    expect((await load()).seen).toEqual(['Log', 'Log.Events'])
    expect(statSync(file()).ino).not.toBe(ino)
    expect(readdirSync(kept)).toHaveLength(1)
  })

  it('is compiled at each start where nothing can be kept', async () => {
    keepCompiledModel(join(project, 'nowhere'))
    write(text.replace('Date', 'Time'))
    expect((await load()).model).toContain('cds.Time')
    write(text)
    expect((await load()).model).toContain('cds.Date')
  })
})
