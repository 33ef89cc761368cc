/**
 * What the role of the service may do, and which rows it sees. Policies confine every query to the tenants of the
 * reader, besides the condition that access/tenants.ts adds: a query without that condition finds nothing. They hold
 * for all roles but the owner of the tables and superusers, so the service should run with another one.
 */
import { findColumn, queryOf, type Model } from '../../cqn/csn.ts'
import type { Readable } from '../reading.ts'
import { EVENTS, SEALS, SECRETS, tableOf } from '../tables.ts'
import { IDS, NEW_TALLIES, UNNUMBERED } from './tables.ts'

/** The tenants that a transaction may read: `*` for all of them, `=` and a tenant, and anything else for none. */
const SETTING = 'provisioning.tenants'

/** The tables that the service adds rows to. The other rows come from functions of the owner. */
const ADDED_TO = [EVENTS, IDS, UNNUMBERED, NEW_TALLIES, SEALS, SECRETS]

/** The option of a connection that reads all tenants, as sealing and verification do. */
export const ALL_TENANTS = `-c ${SETTING}=*`

/** Says which tenants the rest of the transaction may read, see {@link tenantsIn}. It gives no row. */
export const CONFINE = `SELECT WHERE set_config('${SETTING}', $1, true) IS NULL`

/** The value for {@link CONFINE}. */
export const tenantsIn = (readable: Readable): string =>
  readable === 'all' ? '*' : readable === 'none' ? '' : `=${readable.tenant}`

// as queries, so that they are evaluated once
const VALUE = `(SELECT current_setting('${SETTING}', true))`
const TENANT = `(SELECT substr(current_setting('${SETTING}', true), 2) WHERE current_setting('${SETTING}', true) LIKE '=%')`

/** The statements, all repeatable, that confine readers. @param role of the service, quoted, if it is not the owner */
export function accessSchema(definitions: Model['definitions'], role: string | undefined): string[] {
  const entities = Object.entries(definitions).filter(([, each]) => each.kind === 'entity' && each.elements)
  const tables = entities.flatMap(([name, entity]) => {
    if (queryOf(entity) || entity['@cds.persistence.skip']) return []
    return [{ table: tableOf(name), tenant: findColumn(entity, 'tenant') }]
  })
  const names = tables.map(({ table }) => table)
  return [
    ...tables.flatMap(({ table, tenant }) => (tenant ? [confined(table, tenant)] : [])),
    SECURE_VIEWS,
    OWN_FUNCTIONS,
    ...(role ? granted(names, role) : [])
  ]
}

/** Adding an event reveals nothing, so that is not confined. */
const confined = (table: string, tenant: string) => `DO $$ BEGIN
  IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = '"${table}"'::regclass) THEN
    CREATE POLICY of_tenants ON ${table} FOR SELECT USING (${VALUE} = '*' OR ${tenant} = ${TENANT});
    CREATE POLICY additions ON ${table} FOR INSERT WITH CHECK (true);
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
  END IF;
END $$`

/** A view otherwise reads what its owner may read. */
const SECURE_VIEWS = `DO $$ DECLARE view text; BEGIN
  FOR view IN SELECT relname FROM pg_class WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace
    AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'
  LOOP
    EXECUTE format('ALTER VIEW %I SET (security_invoker = true)', view);
  END LOOP;
END $$`

/** Functions that work with the rights of the owner are for the service only. */
const OWN_FUNCTIONS = `DO $$ DECLARE own regprocedure; BEGIN
  FOR own IN SELECT oid FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prosecdef LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', own);
  END LOOP;
END $$`

function granted(tables: string[], role: string) {
  const quoted = `'${role.replaceAll("'", "''")}'`
  return [
    `DO $$ DECLARE each text; BEGIN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', current_schema(), ${quoted});
      FOR each IN SELECT viewname FROM pg_views WHERE schemaname = current_schema() LOOP
        EXECUTE format('GRANT SELECT ON %I TO %s', each, ${quoted});
      END LOOP;
      FOR each IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prosecdef LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', each, ${quoted});
      END LOOP;
    END $$`,
    `GRANT SELECT ON ${tables.join()} TO ${role}`,
    `GRANT INSERT ON ${ADDED_TO.join()} TO ${role}`
  ]
}
