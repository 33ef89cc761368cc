import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const root = join(__dirname, '..')
const files = globSync(['*.*', '{app,bench,db,docs,srv,test,tools}/**/*.*'], { cwd: root }).filter(
  (file) => !/(^|\/)(node_modules|dist)\//.test(file)
)
const names = new Set(files.map((file) => basename(file)))
const documents = files.filter((file) => file.endsWith('.md') && file !== 'THIRD-PARTY.md')
const code = files.filter((file) => /^(app|bench|db|srv|tools)\/.*\.(ts|tsx|cds)$/.test(file))

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, each = '']) => each)

/** The anchors of a document, as GitHub makes them of its headings. */
const anchors = (file: string) =>
  found(read(file), /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
  )

describe('A document', () => {
  it.each(documents)('leads to files and headings that are there: %s', (file) => {
    const lost = found(read(file), /\]\((?!https?:)([^)]+)\)/g).filter((link) => {
      const [path, anchor] = link.split('#') as [string, string?]
      const target = path ? join(dirname(file), path) : file
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchors(target).includes(anchor))
    })
    expect(lost).toEqual([])
  })

  it.each(documents)('names scripts that are there: %s', (file) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    expect(found(read(file), /npm run (?:-s )?([\w:-]+)/g).filter((script) => !(script in scripts))).toEqual([])
  })
})

describe('Comments', () => {
  it('name files that are there', () => {
    const lost = code.flatMap((file) => {
      const comments = found(read(file), /(\/\*[^]*?\*\/|\/\/ .*$)/gm).join('\n')
      return found(comments, /(?<![\w./-])([a-z][\w-]*\.(?:ts|tsx|cds|json|md))\b/g)
        .filter((name) => !names.has(name))
        .map((name) => `${file}: ${name}`)
    })
    expect(lost).toEqual([])
  })
})
