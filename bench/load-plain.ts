/** `node bench/load-plain.ts --file F --count N --seed S`: writes events into a new log of the plain service. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { flat } from './flat.ts'
import { loading } from './loading.ts'

const DEPLOY = join(import.meta.dirname, '../node_modules/@sap/cds/bin/deploy.js')

await loading((file) => {
  const env = { PATH: process.env.PATH, CDS_REQUIRES_DB_CREDENTIALS_URL: file }
  spawnSync(process.execPath, [DEPLOY], { cwd: join(import.meta.dirname, 'plain'), env })
  const database = new DatabaseSync(file)
  const columns = database
    .prepare("SELECT name FROM pragma_table_info('plain_Events')")
    .all()
    .map(({ name }) => String(name))
  const statement = database.prepare(`INSERT INTO plain_Events VALUES (${columns.map(() => '?').join()})`)
  return {
    insert(events) {
      database.exec('BEGIN')
      for (const event of events) {
        const row = flat.event(event)
        row.activityDateTime = new Date(String(row.activityDateTime)).toISOString() // as CAP stores a Timestamp
        statement.run(...columns.map((name) => (row[name] ?? null) as SQLInputValue))
      }
      database.exec('COMMIT')
    },
    close: () => database.close()
  }
})
