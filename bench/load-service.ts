/**
 * `node bench/load-service.ts --file F --count N --seed S`: writes events into a new log of the service. Rows are made by
 * the service's own functions, so they are what they would be if the events were posted, and they are sealed likewise.
 */
import { join } from 'node:path'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import cds from '@sap/cds'
import { sealAll } from '../srv/integrity/sealer.ts'
import { openSqliteLog } from '../srv/database/sqlite/log.ts'
import { ARRIVALS, EVENTS, openLog } from '../srv/database/sqlite/tables.ts'
import { readObject } from '../srv/odata/request/payload.ts'
import { flatten } from '../srv/odata/model/columns.ts'
import { instant } from '../srv/values/datetime.ts'
import { serviceSchema, type Model } from '../srv/odata/model/schema.ts'
import { storedForm } from '../srv/odata/response/stored.ts'
import { loading } from './loading.ts'
import { start } from './targets.ts'
import type { Row } from '../srv/plans/statement.ts'

const ROOT = join(import.meta.dirname, '..')
const SERVICE = 'microsoft.graph'

await loading(async (file) => {
  const service = await start('service', file) // makes the tables and the triggers
  await service.stop()
  const rowOf = await rows()
  const database = openLog(file)
  // nobody waits for an event to be on disk before all of them are; the cache is for indexes that are hit anywhere
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; PRAGMA wal_autocheckpoint = 20000')
  const event = insertion(database, EVENTS)
  const arrival = insertion(database, ARRIVALS)
  const log = openSqliteLog(file)
  return {
    async insert(events) {
      database.exec('BEGIN IMMEDIATE')
      for (const each of events) {
        const row = rowOf(each)
        event(row)
        arrival({ event: row.id, tenant: row.tenant })
      }
      database.exec('COMMIT')
      await sealAll(log)
    },
    async close() {
      await log.close()
      database.exec('PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)')
      database.close()
    }
  }
})

/** Makes a function that makes rows of events: see srv/odata/resources/create.ts and srv/audit-log-service.ts. */
async function rows() {
  const { load, linked } = cds as unknown as {
    load: (from: string[]) => Promise<object>
    linked: (model: object) => Model
  }
  const { entityType } = serviceSchema(linked(await load([join(ROOT, 'srv')])), SERVICE)
  return (event: object): Row => {
    const entity = readObject(event, entityType)
    const row = flatten(entity, entityType)
    row.tenant = row.tenantId ?? ''
    row.activityDateTime_utc = instant(String(row.activityDateTime))
    return { ...row, ...storedForm(entity, row, entityType) }
  }
}

/** Makes a function that stores a row of a table; columns that it does not have are null. */
function insertion(database: DatabaseSync, table: string) {
  const columns = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
  const names = columns.map(({ name }) => String(name))
  const statement = database.prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => '?').join()})`)
  return (row: Row) => statement.run(...names.map((name) => (row[name] ?? null) as SQLInputValue))
}
