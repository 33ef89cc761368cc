/**
 * `npm run generate -- --count N`: generates the events of a provisioning log, and writes them to a file or posts them to
 * a service: see USAGE. The exit code is 1 for a failure and 2 for invalid arguments.
 */
import { createWriteStream } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { settingsIn, type Settings } from './generator/arguments.ts'
import { post } from './generator/posting.ts'

const USAGE = `Generates the events of a provisioning log. The same arguments always give the same events.

npm run -s generate -- --count N [options]

--count N     the number of events
--seed S      an integer that selects the events (default: 1)
--tenant ID   the tenant that the events belong to
--until T     the end of the thirty days of the log: a date, a point in time, or now (default: 2026-10-31)
--file F      write the events to a file, one line of JSON each (default: standard output)
--url U       post the events to the service at this URL, for example http://localhost:4004
--token T     the bearer token for the service
--help        show this help
`

/** The number of lines in one write. */
const TOGETHER = 100

try {
  const settings = settingsIn(process.argv.slice(2))
  if (settings === 'help') console.log(USAGE)
  else await generate(settings).catch(fail)
} catch (error) {
  console.error(`${(error as Error).message}\nRun npm run -s generate -- --help for the options.`)
  process.exitCode = 2
}

function fail(error: unknown) {
  console.error(`The events could not be generated: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function generate({ count, seed, tenant, until, file, url, token }: Settings) {
  const begin = performance.now()
  const { eventAt } = await import('./generator/events.ts') // the names take longer to load than arguments to refuse
  const nth = (index: number) => eventAt(index, count, seed, tenant, until)
  let result = `${count} events`
  if (url !== undefined) {
    const { stored, known } = await post({ root: url, token }, nth, count)
    result = `${stored} events stored` + (known ? `, ${known} not, as events with their ids were there already` : '')
  } else if (file !== undefined) await write(nth, count, createWriteStream(file))
  else if (!(await writeToOutput(nth, count))) return
  console.error(`${result}, in ${((performance.now() - begin) / 1000).toFixed(1)} s`)
}

/** @returns false if the reader of the output, such as `head`, closed it early */
async function writeToOutput(nth: (index: number) => object, count: number) {
  try {
    await write(nth, count, process.stdout)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
    return false
  }
}

/** Writes a line for each event, with backpressure. */
async function write(nth: (index: number) => object, count: number, destination: Writable) {
  function* lines() {
    for (let from = 0; from < count; from += TOGETHER) {
      const size = Math.min(TOGETHER, count - from)
      yield Array.from({ length: size }, (_, place) => `${JSON.stringify(nth(from + place))}\n`).join('')
    }
  }
  await pipeline(Readable.from(lines()), destination, { end: destination !== process.stdout })
}
