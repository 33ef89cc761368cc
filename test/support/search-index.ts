import { DatabaseSync } from 'node:sqlite'
import { until } from './command.ts'
import { isOnPostgres, onServer, postgresFor } from './postgres.ts'

/** The rowid up to which the events of a log are in the search index; undefined if there is none that can be read. */
export function lastIndexed(file: string): number | undefined {
  let index: DatabaseSync | undefined
  try {
    index = new DatabaseSync(`${file}-search`, { readOnly: true, timeout: 1000 })
    return index.prepare('SELECT last FROM state').get()?.last as number | undefined
  } catch {
    return undefined
  } finally {
    index?.close()
  }
}

/** Waits until all whole blocks of events are in the search index. */
export const indexed = (file: string, events: number) =>
  until(async () =>
    isOnPostgres() ? await areIndexed(file, events) : (lastIndexed(file) ?? -1) >= Math.floor((events + 1) / 8) * 8 - 1
  )

/** Whether all whole blocks of each tenant are in the search index of a log in PostgreSQL. */
async function areIndexed(file: string, events: number) {
  const [blocks, arrivals] = ['"provisioning_log_SearchBlocks"', '"provisioning_log_Arrivals"']
  const sql = `SELECT sum(count)::int AS arrivals, sum(count / 8)::int AS whole,
    (SELECT count(*) FROM ${blocks})::int AS blocks FROM (SELECT count(*) FROM ${arrivals} GROUP BY tenant) AS each`
  const { rows } = await onServer((await postgresFor(file)).DATABASE_URL as string, (client) =>
    client.query<{ arrivals: number; whole: number; blocks: number }>(sql)
  )
  const [{ arrivals: arrived, whole, blocks: done } = { arrivals: 0, whole: 0, blocks: 0 }] = rows
  return arrived >= events && done >= whole
}

/** A text in which hardly any three characters stand together twice. */
export function various(length: number): string {
  let state = 1
  const next = () => (state = Math.imul(state, 1_664_525) + 1_013_904_223) >>> 16
  return Array.from({ length }, () => String.fromCharCode(0x4e00 + (next() % 20_000))).join('')
}
