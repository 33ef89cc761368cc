/** Keeps the compiled CDS model where Node keeps compiled code: compiling it takes a third of a start. */
import { hash } from 'node:crypto'
import { readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { join, resolve } from 'node:path'
import cds from '@sap/cds'

/** A loaded model. CAP serves its flat form, which it looks for in `_4odata` first. */
export type LoadedModel = object & { $sources?: string[]; _4odata?: LoadedModel }

/** What CAP does with models; its published types lack most of it. */
interface Cap {
  version: string
  root: string
  env: Record<string, unknown>
  emit: (event: string, model: LoadedModel) => void
  resolve: (models: string) => string[]
  load: (models: string, options?: object) => Promise<LoadedModel>
  /** Removes what no service shows, in place. */
  minify: (model: LoadedModel) => void
  compile: { for: { odata: (model: LoadedModel) => LoadedModel }; to: { json: (model: LoadedModel) => string } }
}
const cap = cds as unknown as Cap

interface Kept {
  /** The size and age of all files that the model follows from. */
  stamps: string
  sources: string[]
  /** As it was loaded. */
  model: LoadedModel
  /** The flat form of what the handlers of the event `loaded` have made of it. */
  flat: LoadedModel
}

/**
 * Has CAP load the model of this project without compiling it, if it was compiled before, and neither a file of `db/`,
 * `srv/` or another source has changed since, nor the settings of the compiler.
 * @param folder where it is kept; by default, where `NODE_COMPILE_CACHE` says; nowhere if undefined
 */
export function keepCompiledModel(folder = getCompileCacheDir()) {
  if (!folder) return
  const file = join(folder, nameOfModel())
  // CAP's own `load`; to read it loads the compiler, which takes a tenth of a start
  const original = Object.create(Object.getPrototypeOf(cap) as object) as Cap
  async function loadKept(models: string, options?: object) {
    if (models !== '*') return original.load(models, options)
    const stamps = stampsOfFiles()
    const kept = read(file, stamps)
    const model = kept?.model ?? (await original.load(models, { ...options, silent: true })) // silent emits no event
    const sources = kept?.sources ?? model.$sources ?? []
    const loaded = JSON.stringify(model)
    hide(model, '$sources', sources)
    cap.emit('loaded', model)
    cap.minify(model)
    if (kept) {
      hide(kept.flat, '$sources', sources) // beside them CAP looks for texts, also for those of errors
      hide(model, '_4odata', hide(kept.flat, '_4odata', kept.flat))
    } else {
      const flat = cap.compile.to.json(cap.compile.for.odata(model)) // also says where services come from
      write(
        file,
        `{"stamps":${JSON.stringify(stamps)},"sources":${JSON.stringify(sources)},"model":${loaded},"flat":${flat}}`
      )
    }
    return model
  }
  // what else CAP has there, such as `load.properties` for its texts, is loaded only when it is asked for
  const load = new Proxy(loadKept, {
    get: (own, name) => Reflect.get(name in own ? own : original.load, name) as unknown
  })
  Object.defineProperty(cds, 'load', { value: load, configurable: true })
  // no entity here has drafts: CAP would compile a model of its own for them
  Object.defineProperty(cap.compile.for, 'lean_drafts', { value: () => {}, configurable: true })
}

/** The name of the file differs with what is compiled, and with the settings of the compiler. */
function nameOfModel() {
  const { cdsc, odata, sql, features } = cap.env
  const text = JSON.stringify([cap.version, cap.root, cap.resolve('*'), cdsc, odata, sql, features])
  return `model-${hash('sha256', text, 'hex')}.json`
}

/** Code counts: handlers of the event `loaded` change the model. */
function stampsOfFiles() {
  const own = ['db', 'srv'].flatMap((room) =>
    readdirSync(join(cap.root, room), { recursive: true }).map((name) => join(room, String(name)))
  )
  const stamps = ['package-lock.json', ...own, ...cap.resolve('*')].map((name) => {
    const { mtimeMs, size } = statSync(resolve(cap.root, name), { throwIfNoEntry: false }) ?? {}
    return [name, mtimeMs, size]
  })
  return JSON.stringify(stamps)
}

/** Adds what JSON of the model does not have. */
function hide(model: LoadedModel, name: string, value: object) {
  return Object.defineProperty(model, name, { value, configurable: true })
}

function read(file: string, stamps: string): Kept | undefined {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept
    return kept.stamps === stamps ? kept : undefined
  } catch {
    return undefined // not there, or damaged
  }
}

function write(file: string, text: string) {
  try {
    writeFileSync(`${file}.${process.pid}`, text)
    renameSync(`${file}.${process.pid}`, file)
  } catch {
    // the disk is full or read-only: the next start compiles again
  }
}
