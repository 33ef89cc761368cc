/** Checks the log, and tells of it on the terminal: see verify.ts. */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Model } from '../cqn/csn.ts'
import type { Log } from '../database/log.ts'
import { openLog } from '../database/open-log.ts'
import type { Unsealed } from '../integrity/comparison.ts'
import { Findings } from '../integrity/findings.ts'
import { compareWithExport, readExport, type ChainEnds } from '../integrity/export.ts'
import { nameOf } from '../settings/database-url.ts'
import { verify, type Report } from '../integrity/verification.ts'
import { argumentsIn } from './arguments.ts'

/** What no check of the file alone can show: see SECURITY.md. */
const REMINDER = `The file alone does not tell whether the whole chain was rewritten, whether an older copy is in its place, and what
was changed before it was sealed. Compare it with an export that is kept elsewhere: --against FILE.`

const WELL = 0
const TAMPERED = 1
const FAILED = 2
const UNSEALED = 3

/** Where the log and its model are, for how long to wait, and where to tell of it. */
interface Place {
  /** The database file, absolute, or the URL of a database on a server. */
  location: () => string
  model: () => Promise<Model>
  /** How long the service may take to seal the last events, in milliseconds. */
  patience: () => number
  terminal: Pick<Console, 'log' | 'error'>
}

/** Checks a log. @param args the options of the command @returns the exit code */
export async function checkLog(args: string[], place: Place): Promise<number> {
  try {
    return await check(argumentsIn(args, ['export', 'against']).values, place)
  } catch (error) {
    place.terminal.error(printable(`The log cannot be checked: ${(error as Error).message}`))
    return FAILED
  }
}

async function check(files: { export?: string; against?: string }, place: Place) {
  const { terminal } = place
  expectCompared(files)
  const location = place.location()
  const exported = files.against === undefined ? undefined : exportIn(files.against)
  await using log = await openLog(location, { readOnly: true })
  const model = await place.model()
  const findings = new Findings()
  const report = await log.snapshot(async () => {
    const found = await verify(log, model, findings)
    if (found && exported) await compareWithExport(log, exported, findings)
    return found
  })
  if (report) show(nameOf(location), report, terminal)
  if (!exported) terminal.log(REMINDER)
  if (findings.count || !report) return tell(findings, terminal)
  if (report.unsealed && !(await isSealedSoon(log, report.unsealed, place.patience())))
    return tellUnsealed(report.unsealed, terminal)
  terminal.log(exported ? 'All is well, and what was exported is there.' : 'All is well.')
  return files.export === undefined ? WELL : exportTo(files.export, report.ends, terminal)
}

function show(file: string, report: Report, terminal: Place['terminal']) {
  const { events, seals, unsealed, purged, lastPurge, ends } = report
  const say = (line: string) => terminal.log(printable(line))
  terminal.log(`Checked ${events} events and ${seals} seals in ${file}.`)
  terminal.log(`Not sealed yet: ${unsealed?.count ?? 0} events. Removed by retention: ${purged} events.`)
  if (lastPurge) {
    const { number, purgedBy, purgedAt, before } = lastPurge
    say(`Latest removal: record ${number}, by '${purgedBy}' at ${purgedAt}, of what happened before ${before}Z.`)
  }
  terminal.log('Latest seals:')
  for (const { tenant, number, lastSequence, sealedAt, hash } of ends.seals)
    say(`  tenant '${tenant}': seal ${number} up to arrival ${lastSequence}, of ${sealedAt}, ${hash}`)
}

function tell({ count, first }: Findings, terminal: Place['terminal']) {
  terminal.error(`The log was tampered with. Differences: ${count}. The first:`)
  for (const { message } of first) terminal.error(printable(`  ${message}`))
  return TAMPERED
}

/** Gives the service, if it runs, time to seal the last events. */
async function isSealedSoon(log: Log, { last }: Unsealed, patience: number) {
  const deadline = performance.now() + patience
  while ((await log.lastSealed()) < last) {
    if (performance.now() > deadline) return false
    await setTimeout(50)
  }
  return true
}

function tellUnsealed({ count, first }: Unsealed, terminal: Place['terminal']) {
  terminal.error(
    `${count} events are not sealed, from event ${printable(first)} on, and the service does not seal them. They came in before it ` +
      'was killed or before the file was copied, or were added behind its back. What is sealed is as it was.'
  )
  return UNSEALED
}

function exportIn(file: string) {
  try {
    return readExport(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} is not an export: ${(error as Error).message}`, { cause: error })
  }
}

/** Keeps an earlier export, which is evidence, from being replaced by what may be a forged log. @throws {Error} */
function expectCompared({ export: file, against }: { export?: string; against?: string }) {
  if (file === undefined || !isFile(file) || (against !== undefined && resolve(against) === resolve(file))) return
  throw new Error(
    `${file} exists: it is replaced only if it is named with --against, too, and the log has what it holds.`
  )
}

const isFile = (file: string) => statSync(file, { throwIfNoEntry: false })?.isFile() === true

function exportTo(file: string, ends: ChainEnds, terminal: Place['terminal']) {
  if (!ends.seals.length) {
    terminal.log('Nothing is sealed, so nothing was exported.')
    return WELL
  }
  try {
    write(file, JSON.stringify({ exportedAt: new Date().toISOString(), ...ends }, null, 2) + '\n')
  } catch (error) {
    terminal.error(printable(`The latest seals were not exported: ${(error as Error).message}`))
    return FAILED
  }
  terminal.log(`Exported the latest seals to ${file}.`)
  return WELL
}

/** Writes all of a file, or leaves what is there. Anything else, such as /dev/stdout, is written to. */
function write(path: string, text: string) {
  if (existsSync(path) && !isFile(path)) return writeFileSync(path, text)
  const file = existsSync(path) ? realpathSync(path) : path
  const part = `${file}.${randomUUID()}.part`
  try {
    writeFileSync(part, text, { flush: true })
    renameSync(part, file)
  } finally {
    rmSync(part, { force: true })
  }
}

/**
 * Escapes characters that control a terminal: control and format characters, lone surrogates and line breaks. Ids and
 * names come from clients.
 * @param line a single line
 * @returns the line with each of them as `\u{…}`
 */
function printable(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0)?.toString(16)}}`)
}
