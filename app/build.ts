/**
 * `npm run build` and `npm start`: builds the page into `app/dist`, in a fraction of a second. Files that are there
 * already are not written again, so that a page that was built once starts from a read-only disk.
 */
import { hash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'rolldown'

const root = join(import.meta.dirname, '..')
const source = (...path: string[]) => readFileSync(join(root, ...path), 'utf8')
const dist = join(import.meta.dirname, 'dist')

/** The names of generated people. An installation for production has none, and does not offer to generate events. */
const NAMES = '@faker-js/faker'
const hasNames = existsSync(join(root, 'node_modules', NAMES))

/** What is bundled into the page: its licences ask for a copy. */
const BUNDLED = ['preact', 'uplot', 'jose', 'oauth4webapi', ...(hasNames ? [NAMES] : [])]

const files = new Map<string, string>()

/** Adds a file under a name that changes with its content, so that browsers may keep it. */
function addHashed(name: string, extension: string, content: string) {
  const version = hash('sha256', content, 'base64url').slice(0, 10)
  const file = `${name}-${version}.${extension}`
  files.set(file, content)
  return file
}

const { output } = await build({
  input: join(import.meta.dirname, 'main.tsx'),
  external: hasNames ? [] : [new RegExp(`^${NAMES}/`)],
  tsconfig: join(import.meta.dirname, 'tsconfig.json'),
  output: {
    minify: true,
    entryFileNames: 'main-[hash].js',
    chunkFileNames: '[name]-[hash].js'
  },
  write: false
})
const chunks = output.filter((part) => part.type === 'chunk')
for (const { fileName, code } of chunks) files.set(fileName, code)
const main = chunks.find(({ isEntry }) => isEntry)?.fileName ?? ''

const styles = readdirSync(join(import.meta.dirname, 'style')).sort()
const css = [source('node_modules/uplot/dist/uPlot.min.css'), ...styles.map((name) => source('app/style', name))].join(
  '\n'
)
const style = addHashed('style', 'css', css)
const icon = addHashed('icon', 'svg', source('app/icon.svg'))
const theme = addHashed('theme', 'js', source('app/theme.js'))
const names: Record<string, string> = { main, style, icon, theme }
files.set(
  'index.html',
  source('app/index.html').replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '')
)
const licenceOf = (name: string) => {
  const file = readdirSync(join(root, 'node_modules', name)).find((each) => each.startsWith('LICENSE')) ?? 'LICENSE'
  return `${name}\n\n${source('node_modules', name, file)}`
}
files.set('licences.txt', BUNDLED.map(licenceOf).join('\n\n'))

/** Compressed once, as anybody may ask for them: see srv/http/page.ts. */
const COMPRESSED: Record<string, (content: string) => Buffer> = {
  br: (content) => brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gz: (content) => gzipSync(content)
}
/** In characters: less is hardly smaller when it is compressed. */
const LEAST = 1024

try {
  mkdirSync(dist, { recursive: true })
  const built = new Set(files.keys())
  for (const [name, content] of files) {
    const file = join(dist, name)
    const isOld = existsSync(file) && readFileSync(file, 'utf8') === content
    if (!isOld) writeFileSync(file, content)
    for (const [ending, compress] of Object.entries(content.length < LEAST ? {} : COMPRESSED)) {
      built.add(`${name}.${ending}`)
      if (!isOld || !existsSync(`${file}.${ending}`)) writeFileSync(`${file}.${ending}`, compress(content))
    }
  }
  for (const name of readdirSync(dist)) if (!built.has(name)) rmSync(join(dist, name), { force: true }) // two may build
} catch (error) {
  const reason = (error as Error).message
  process.stderr.write(`The page cannot be built: ${reason}. Run npm run build as a user who may write it.\n`)
  process.exitCode = 1
}
