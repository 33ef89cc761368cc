/**
 * `npm run docs`: writes the table of all settings into docs/operations.md. With `--check` it writes nothing, and the
 * exit code is 1 if the table is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schema } from '../srv/settings/schema.ts'
import { settingsIn } from '../srv/settings/settings.ts'

const FILE = join(import.meta.dirname, '../docs/operations.md')
const TABLE = /(?<=<!-- settings -->\n)[^]*(?=<!-- end of settings -->)/

const inProduction = settingsIn(schema(true))
const rows = settingsIn(schema(false)).map(([path, { must, meaning, initial }], index) => {
  const [usual, productive] = [shown(initial), shown(inProduction[index]?.[1].initial)]
  const initials = usual === productive ? usual : `${usual}, in production ${productive}`
  return `| \`${path.join('.')}\` | ${must} | ${initials} | ${meaning} |\n`
})

function shown(value: unknown) {
  if (value === undefined) return 'none'
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

const old = readFileSync(FILE, 'utf8')
const table = `| setting | value | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('')}`
const made = old.replace(TABLE, () => table)
if (!process.argv.includes('--check')) writeFileSync(FILE, made)
else if (made !== old) {
  console.error('The table of settings in docs/operations.md is out of date: run `npm run docs`.')
  process.exitCode = 1
}
