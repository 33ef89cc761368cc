namespace provisioning.log;

/**
 * What retention removed from the log: a record for each batch, chained like seals, so that none can be altered or
 * removed unseen. With the leaves of the seals they prove that what is missing was old enough and removed on purpose.
 */
entity Purges {
      /** The place in the chain of these records, from 1. */
  key number    : Integer;

      /** The instant, in UTC, before which events happened that were removed. */
      before    : String(27) not null;

      /** How many events were removed. */
      count     : Integer not null;

      /** Their arrivals, as JSON: ranges from the first to the last, both included. */
      sequences : LargeString not null;

      /** Who asked for it. */
      purgedBy  : String not null;

      /** When they were removed, in UTC. */
      purgedAt  : String(24) not null;

      /** The hash of the record before, if there is one. */
      previous  : String(64);

      /** The SHA-256 of all of the above, as canonical JSON (RFC 8785). */
      hash      : String(64) not null;
}


/** The record that is being carried out: only in the transaction that does so, it has a row, and events can be removed. */
entity PurgesUnderWay {
  key number : Integer;
}
