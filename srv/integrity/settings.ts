/** The settings of this part of the service, from `.cdsrc.json` or the environment. */
import { resolve } from 'node:path'
import cds from '@sap/cds'
import type { RetentionSettings } from './retention.ts'
import type { SealingSettings } from './sealing.ts'

interface Settings {
  requires: { db: { credentials: { url: string } } }
  sealing: SealingSettings
  retention: RetentionSettings & { days: number | null }
}
const env = cds.env as unknown as Settings

/** The file of the database. */
export function databaseFile() {
  return resolve(cds.root, env.requires.db.credentials.url)
}

/** @throws {Error} if a setting is not a number that makes sense */
export function sealingSettings(): SealingSettings {
  return {
    interval: positive('sealing.interval', env.sealing.interval),
    batch: positive('sealing.batch', env.sealing.batch)
  }
}

/**
 * @returns undefined if all events are kept
 * @throws {Error} if a setting is not a number that makes sense
 */
export function retentionSettings(): RetentionSettings | undefined {
  const { days, interval } = env.retention
  if (days === null) return undefined
  return {
    days: positive('retention.days', days),
    interval: positive('retention.interval', interval),
    ...purgeSettings()
  }
}

/** @throws {Error} if a setting is not a number that makes sense */
export function purgeSettings() {
  return {
    batch: positive('retention.batch', env.retention.batch),
    pause: positive('retention.pause', env.retention.pause)
  }
}

function positive(name: string, value: number) {
  if (Number(value) > 0) return Number(value)
  throw new Error(`The setting '${name}' must be a number greater than 0, not '${value}'.`)
}
