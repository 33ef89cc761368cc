import { readFileSync } from 'node:fs'

/** The memory of a process in megabytes (proc(5)); 0 where the system does not tell. */
export function residentMegabytes(pid: number) {
  if (process.platform !== 'linux') return 0
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}
