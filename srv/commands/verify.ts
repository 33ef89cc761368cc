/**
 * `npm run verify [-- --against FILE] [-- --export FILE]`: checks the log against its seals, and against seals that
 * were exported before; if all is well, exports the latest ones. It exits with 1 if the log was tampered with, and
 * with 2 if it cannot be checked.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { compareWithHeld, latest, type Held } from '../integrity/held.ts'
import { databaseFile } from '../integrity/settings.ts'
import { openLog } from '../integrity/tables.ts'
import { verify } from '../integrity/verification.ts'

/** How many differences are told. */
const TOLD = 10

try {
  const { values } = parseArgs({ options: { export: { type: 'string' }, against: { type: 'string' } } })
  process.exitCode = check(values) ? 0 : 1
} catch (error) {
  console.error(`The log cannot be checked: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}

function check(files: { export?: string; against?: string }) {
  const file = databaseFile()
  if (!existsSync(file)) throw new Error(`there is no file ${file}.`)
  const held = files.against ? readHeld(files.against) : undefined
  const database = openLog(file, { readOnly: true })
  database.exec('BEGIN') // what is read is the state of one moment
  const { findings, ...counts } = verify(database)
  if (held) findings.unshift(...compareWithHeld(database, held))
  const ends = latest(database)
  database.close()

  console.log(`Checked ${counts.events} events and ${counts.seals} seals in ${file}.`)
  console.log(`Not sealed yet: ${counts.unsealed} events. Removed by retention: ${counts.purged} events.`)
  console.log('Latest seals:')
  for (const { tenant, number, lastSequence, sealedAt, hash } of ends.seals)
    console.log(`  tenant '${tenant}': seal ${number} up to arrival ${lastSequence}, of ${sealedAt}, ${hash}`)
  if (findings.length) return tell(findings.sort((one, other) => one.sequence - other.sequence))
  console.log(held ? 'All is well, and what was exported is there.' : 'All is well.')
  if (files.export) {
    writeFileSync(files.export, JSON.stringify({ exportedAt: new Date().toISOString(), ...ends }, null, 2) + '\n')
    console.log(`Exported the latest seals to ${files.export}.`)
  }
  return true
}

function tell(findings: { message: string }[]) {
  console.error(`The log was tampered with. Differences: ${findings.length}. The first:`)
  for (const { message } of findings.slice(0, TOLD)) console.error(`  ${message}`)
  return false
}

function readHeld(file: string) {
  const held = JSON.parse(readFileSync(file, 'utf8')) as Partial<Held> | null
  if (!Array.isArray(held?.seals)) throw new Error(`${file} holds no seals.`)
  return held as Held
}
