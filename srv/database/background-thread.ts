/** The thread that all jobs in the background share: see background.ts. */
import { pathToFileURL } from 'node:url'
import workerpool from 'workerpool'
import type { Call, Job, StartJob } from './background.ts'

const jobs = new Map<number, Job>()

workerpool.worker({ run, end, close })

async function run({ job, file, data, name, args }: Call) {
  let started = jobs.get(job)
  if (!started) {
    const { default: start } = (await import(pathToFileURL(file).href)) as { default: StartJob }
    jobs.set(job, (started = await start(data)))
  }
  return started[name]?.(...(args as never[]))
}

async function end(job: number) {
  await jobs.get(job)?.close()
  jobs.delete(job)
}

async function close() {
  for (const job of jobs.keys()) await end(job)
}
