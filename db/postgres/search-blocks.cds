namespace provisioning.log;

/**
 * The index for searches: blocks of neighbouring arrivals of a tenant, of whose events PostgreSQL indexes all sequences of
 * three bytes in their texts. They follow each other without gaps: see srv/database/postgres/search-schema.ts.
 */
entity SearchBlocks {
      @holds: 'tenant'
  key tenant : String;

      /** The last arrival. */
  key last   : Integer;

      /** The first one, or the number after the last one of the block before. */
      first  : Integer not null;
}
