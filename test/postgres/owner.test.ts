import { command, until } from '../support/command.ts'
import { createDatabase, onServer } from '../support/postgres.ts'
import { startProcess } from '../support/process.ts'
import { clientOf } from '../support/service.ts'

const path = '/auditLogs/provisioning'
const event = { id: 'a', activityDateTime: '2024-05-01T00:00:00Z', action: 'Create' }

/** What an operator runs in a database of others, as docs/scale.md says. */
const SQL = `
  CREATE SCHEMA log AUTHORIZATION log_owner;
  GRANT USAGE ON SCHEMA log TO log_service;
  ALTER ROLE log_owner IN DATABASE shared SET search_path = log;
  ALTER ROLE log_service IN DATABASE shared SET search_path = log;`

describe('An owner without further rights, in a schema of a database of others', () => {
  let database = ''
  const as = (username: string) => Object.assign(new URL(database), { username, password: 'of-both' }).href
  const asOperator = (sql: string) => onServer(database, (client) => client.query(sql))
  const env = () => ({
    CDS_ENV: 'postgres',
    DATABASE_URL: as('log_service'),
    CDS_REQUIRES_DB_MIGRATION__URL: as('log_owner')
  })
  const start = async (changed: Record<string, string> = {}) => {
    const service = await startProcess({ file: 'none', env: { ...env(), ...changed } })
    return { ...service, ...clientOf(() => service.url ?? '') }
  }
  const refused = async (changed?: Record<string, string>) => {
    const service = await start(changed)
    expect(await service.exited).toEqual([1, null])
    return service.log().trimEnd().split('\n').at(-1)
  }
  beforeAll(async () => {
    database = await createDatabase('shared')
    for (const role of ['log_owner', 'log_service', 'log_other'])
      await asOperator(`CREATE ROLE ${role} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD 'of-both'`)
  })

  it('is told what it lacks', async () => {
    expect(await refused()).toContain('may not create tables: GRANT CREATE ON SCHEMA public is missing.')
    await asOperator('REVOKE CONNECT ON DATABASE shared FROM PUBLIC')
    expect(await refused()).toBe(
      'The service does not start: its user may not connect to the database: GRANT CONNECT is missing.'
    )
    await asOperator('GRANT CONNECT ON DATABASE shared TO PUBLIC')
    await asOperator('ALTER ROLE log_owner IN DATABASE shared SET search_path = log')
    expect(await refused()).toContain('finds no schema: GRANT USAGE ON SCHEMA, or its search_path, is missing.')
  })

  it('migrates the schema, and the service works with a role of its own', async () => {
    await asOperator(SQL)
    const service = await start()
    expect((await service.post(path, event)).status).toBe(201)
    expect((await service.post(path, { ...event, id: 'b', activityDateTime: new Date().toISOString() })).status).toBe(
      201
    )
    expect((await service.get(`${path}/$count`)).text).toBe('2')
    const sealed = 'SELECT FROM log."provisioning_log_Seals" HAVING max("lastSequence") = 2'
    await until(async () => (await asOperator(sealed)).rowCount === 1)
    expect(await service.stop()).toEqual([0, null])
    const purged = await command('purge', 'none', ['--before', '2024-06-01'], env())
    expect([purged.status, purged.out]).toEqual([0, expect.stringContaining('Removed 1 events')])
    const functions = ["beginning(text, int)'text_left'", "translated(text, text, text)'translate'"].map((each) =>
      each.replace("'", " RETURNS text IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF LANGUAGE internal AS '")
    )
    for (const each of functions) await asOperator(`CREATE OR REPLACE FUNCTION log.${each}`)
    await (await start()).stop() // migrates, and keeps them
    const marked = "SELECT proname FROM pg_proc WHERE pronamespace = 'log'::regnamespace AND proleakproof ORDER BY 1"
    expect((await asOperator(marked)).rows).toEqual([{ proname: 'beginning' }, { proname: 'translated' }])
    const again = await start({ CDS_REQUIRES_DB_MIGRATION__URL: as('log_service') })
    expect((await again.post(path, event)).status).toBe(201)
    await again.stop()
  })

  it('verifies the log if it may create schemas in the database', async () => {
    const verify = () => command('verify', 'none', [], env())
    const refusal = await verify()
    expect([refusal.status, refusal.err]).toEqual([
      2,
      'The log cannot be checked: its user may not create the schema that it is compared with: GRANT CREATE ON DATABASE is missing.\n'
    ])
    await asOperator('GRANT CREATE ON DATABASE shared TO log_owner')
    const { status, out } = await verify()
    expect([status, out]).toEqual([0, expect.stringContaining('All is well.')])
  })

  it('gives rights to the role of the service only', async () => {
    await asOperator(
      'GRANT USAGE ON SCHEMA log TO log_other; ALTER ROLE log_other IN DATABASE shared SET search_path = log'
    )
    const sentence = await refused({ DATABASE_URL: as('log_other'), CDS_REQUIRES_DB_MIGRATION__URL: as('log_other') })
    expect(sentence).toBe(
      'The service does not start: its user of the database does not find the tables, or may not use them. Start it once with ' +
        'requires.db.migration_url, as the owner of the schema, who gives it the rights; both need the same search_path.'
    )
  })
})
