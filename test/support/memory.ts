import { readFileSync } from 'node:fs'

/** The memory of a process in megabytes (proc(5)); 0 where the system does not tell. */
export function residentMegabytes(pid: number) {
  if (process.platform !== 'linux') return 0
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

/** How many seconds a process has used processors (proc(5)); 0 where the system does not tell. */
export function processorTime(pid: number) {
  if (process.platform !== 'linux') return 0
  const [, user, system] = /\) \S+(?: \S+){10} (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
  return (Number(user) + Number(system)) / 100
}
