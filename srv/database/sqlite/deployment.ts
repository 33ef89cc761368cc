/**
 * Whether the schema is what the model was deployed as: then a start needs no deployment, which takes a tenth of it.
 * The file keeps a mark of what was deployed and of what came of it, so that any change has the model deployed again.
 */
import { hash } from 'node:crypto'
import { transaction, type LogConnection } from './connection.ts'

/** Deploys a model, unless the mark says that this changes nothing. @param model whatever the deployment depends on */
export async function deployOnce(database: LogConnection, model: string, deploy: () => Promise<void>) {
  if (markIn(database) === markOf(database, model)) return
  await deploy()
  const mark = markOf(database, model)
  await transaction(database, () => database.exec(`PRAGMA user_version = ${mark}`))
}

const markIn = (database: LogConnection) => database.prepare('PRAGMA user_version').get()?.user_version

/** The model, the tables and views, and what CAP notes of the model that it deployed last. */
function markOf(database: LogConnection, model: string): number {
  const schema = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name")
    .all()
  const isDeployed = schema.some(({ name }) => name === 'cds_model')
  const noted = isDeployed ? database.prepare('SELECT csn FROM cds_model').all() : []
  const all = JSON.stringify([model, schema, noted])
  return hash('sha256', all, 'buffer').readInt32BE() || 1 // 0 is that of a new file
}
