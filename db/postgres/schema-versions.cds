namespace provisioning.log;

/** The version of the schema, so that an older service leaves it alone: see srv/database/postgres/migration.ts. */
entity SchemaVersions {
  key number  : Integer;

      version : Integer not null;
}
