namespace provisioning.log;

/**
 * What retention removed: a record for each batch, chained like seals, so that altering or removing one is detected.
 * Together with the leaves of the seals they prove that missing events were old enough and removed on purpose.
 */
entity Purges {
      /** The place in the chain of these records, from 1. */
  key number    : Integer;

      /** The limit: the removed events happened before this instant, in UTC. */
      before    : String(27) not null;

      /** The number of removed events. */
      count     : Integer not null;

      /** Their arrivals, as JSON: ranges from the first to the last, both included. */
      sequences : LargeString not null;

      /** Who started the removal. */
      purgedBy  : String not null;

      /** When they were removed, in UTC. */
      purgedAt  : String(24) not null;

      /** The hash of the previous record, if there is one. */
      previous  : String(64);

      /** The SHA-256 of all of the above, as canonical JSON (RFC 8785). */
      hash      : String(64) not null;
}


/**
 * Marks a purge, or on PostgreSQL that events move to another partition. It has a row only within such a transaction, and
 * only then can events be removed.
 */
entity PurgesUnderWay {
  key number : Integer;
}
