import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openConnection, type LogConnection } from '../../srv/database/sqlite/connection.ts'
import { deployOnce } from '../../srv/database/sqlite/deployment.ts'
import { COMPILED, temporaryFolder } from '../support/process.ts'

let database: LogConnection
let deployments = 0

/** Deploys as CAP does: it creates tables and views, and notes the model. */
function deploy() {
  if (!deployments++)
    database.exec(
      `CREATE TABLE events (id); CREATE VIEW shown AS SELECT id FROM events;
       CREATE TABLE cds_model (csn); INSERT INTO cds_model VALUES ('{}')`
    )
  return Promise.resolve()
}

/** How often the model is deployed by a start. */
async function start(model = 'a model') {
  const before = deployments
  await deployOnce(database, model, deploy)
  return deployments - before
}

beforeEach(async () => {
  database = openConnection(join(temporaryFolder(), 'events.sqlite'), { creates: true })
  deployments = 0
  expect(await start()).toBe(1)
})

afterEach(() => database.close())

describe('A model that was deployed', () => {
  it('is not deployed again', async () => {
    expect([await start(), await start()]).toEqual([0, 0])
  })

  it('is not for what is no part of it', async () => {
    database.exec("INSERT INTO events VALUES ('a'); CREATE INDEX by_id ON events (id)")
    expect(await start()).toBe(0)
  })

  it.each([
    ['a table was altered', 'ALTER TABLE events ADD COLUMN other'],
    ['a table was added', 'CREATE TABLE other (id)'],
    ['a view was removed', 'DROP VIEW shown'],
    ['a view was replaced', 'DROP VIEW shown; CREATE VIEW shown AS SELECT 1 AS id'],
    ['what CAP noted was altered', `UPDATE cds_model SET csn = '{"definitions":{}}'`],
    ['what CAP noted was removed', 'DELETE FROM cds_model'],
    ['nothing is noted', 'DROP TABLE cds_model'],
    ['the mark was removed', 'PRAGMA user_version = 0'],
    ['the mark was altered', 'PRAGMA user_version = 1']
  ])('is deployed again, once, if %s', async (_, change) => {
    database.exec(change)
    expect([await start(), await start()]).toEqual([1, 0])
  })

  it('is deployed again if it has changed', async () => {
    expect([await start('another'), await start('another'), await start()]).toEqual([1, 0, 1])
  })
})

it('A deployment that failed is tried again', async () => {
  const fail = () => Promise.reject(new Error('no'))
  await expect(deployOnce(database, 'another', fail)).rejects.toThrow('no')
  expect([await start('another'), await start('another')]).toEqual([1, 0])
})

it.each([[[]], [['--to', 'postgres']]])('`cds deploy` is refused in a sentence, and makes no database: %j', (args) => {
  const file = join(temporaryFolder(), 'events.sqlite')
  const cds = join(__dirname, '../../node_modules/@sap/cds-dk/bin/cds.js')
  const env = { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, CDS_REQUIRES_DB_CREDENTIALS_URL: file }
  const options = { env, cwd: join(__dirname, '../..'), timeout: 60_000, encoding: 'utf8' } as const
  const { status, stderr } = spawnSync(process.execPath, [cds, 'deploy', ...args], options)
  const why = 'Error: There is nothing to deploy: the service creates and migrates its tables itself when it starts.'
  expect([status, stderr.split('\n')[0], existsSync(file)]).toEqual([1, why, false])
})
