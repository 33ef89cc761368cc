/**
 * `npm run generate -- --count N`: generates the events of a provisioning log, and writes them to a file or posts them to
 * a service: see USAGE. The exit code is 1 for a failure and 2 for invalid arguments.
 */
import { createWriteStream } from 'node:fs'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
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

/** A date, or a point in time with an offset. */
const ISO_8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/

/** The number of lines in one write. */
const TOGETHER = 100

interface Settings {
  count: number
  seed: number
  tenant: string | undefined
  until: number | undefined
  file: string | undefined
  url: string | undefined
  token: string | undefined
}

const settings = readArguments()
if (settings) {
  try {
    await generate(settings)
  } catch (error) {
    console.error(`The events could not be generated: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
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

/** @returns undefined if there is nothing left to do, as for `--help` */
function readArguments(): Settings | undefined {
  try {
    const string = { type: 'string' } as const
    const { values } = parseArgs({
      options: {
        ...{ count: string, seed: string, tenant: string, until: string, file: string, url: string, token: string },
        help: { type: 'boolean' }
      }
    })
    if (!values.help) return checked(values)
    console.log(USAGE)
  } catch (error) {
    console.error(`${(error as Error).message}\nRun npm run -s generate -- --help for the options.`)
    process.exitCode = 2
  }
  return undefined
}

type Given = Partial<Record<keyof Settings, string>>

function checked({ count, seed = '1', tenant, until, file, url, token }: Given): Settings {
  if (count === undefined) throw new Error('--count is missing.')
  if (!/^[1-9]\d{0,8}$/.test(count)) throw new Error('--count must be a whole number from 1 to 999999999.')
  if (!/^\d{1,9}$/.test(seed)) throw new Error('--seed must be a whole number from 0 to 999999999.')
  if (file !== undefined && url !== undefined) throw new Error('Only one of --file and --url can be given.')
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new Error('--url must be an http or https URL, for example http://localhost:4004.')
  if (token !== undefined && url === undefined) throw new Error('--token is for --url only.')
  const given = Object.entries({ tenant, file, token })
  for (const [name, value] of given) if (value === '') throw new Error(`--${name} must not be empty.`)
  return { count: Number(count), seed: Number(seed), tenant, until: instantOf(until), file, url, token }
}

/** @returns milliseconds since 1970 */
function instantOf(until: string | undefined) {
  if (until === undefined) return undefined
  const instant = until === 'now' ? Date.now() : ISO_8601.test(until) ? Date.parse(until) : NaN
  if (!Number.isNaN(instant)) return instant
  throw new Error('--until must be a date such as 2026-10-31, a point in time such as 2026-10-31T12:00:00Z, or now.')
}
