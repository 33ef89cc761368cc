/** Clocks that are wrong, for processes of the service. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryFolder } from './process.ts'

export const HOUR = 60 * 60 * 1000
export const DAY = 24 * HOUR
export const YEAR = 365 * DAY

/**
 * Makes a clock.
 * @param offset by how many milliseconds it is ahead at the start
 * @returns the environment of a process that goes by it, and a function that changes it
 */
export function clockOf(offset: number) {
  const file = join(temporaryFolder(), 'offset')
  const write = (milliseconds: number) => {
    writeFileSync(`${file}.new`, String(milliseconds))
    renameSync(`${file}.new`, file)
  }
  write(offset)
  const preload = JSON.stringify(join(__dirname, '../fixtures/clock.cjs'))
  return {
    env: { NODE_OPTIONS: `--require ${preload}`, CLOCK_OFFSET_FILE: file },
    set: async (milliseconds: number) => {
      write(milliseconds)
      await delay(200)
    }
  }
}
