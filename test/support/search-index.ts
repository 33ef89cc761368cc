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
    isOnPostgres()
      ? (await blocks(file)) >= Math.floor(events / 8)
      : (lastIndexed(file) ?? -1) >= Math.floor((events + 1) / 8) * 8 - 1
  )

/** How many blocks of events of one tenant are in the search index of a log in PostgreSQL. */
async function blocks(file: string) {
  const count = 'SELECT count(*)::int AS blocks FROM "provisioning_log_SearchBlocks"'
  const { rows } = await onServer((await postgresFor(file)).DATABASE_URL as string, (client) =>
    client.query<{ blocks: number }>(count)
  )
  return rows[0]?.blocks ?? 0
}
