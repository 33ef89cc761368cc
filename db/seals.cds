namespace provisioning.log;

/**
 * The seals of the log: for each tenant a chain, in which every seal covers the events that came in since the one
 * before it, and the hash of that one. An event cannot be altered, removed, added or moved without breaking it.
 */
@assert.unique.last: [ lastSequence ] // an event is the last of one seal only; and as an index: the newest seal
entity Seals {
      /** Whose events are sealed: their `tenantId`, or empty where they have none. */
  key tenant        : String;

      /** The place in the chain of the tenant, from 1. */
  key number        : Integer;

      /** The arrival of the first event that is covered. */
      firstSequence : Integer not null;

      /** The arrival of the last event that is covered. */
      lastSequence  : Integer not null;

      /** How many events are covered. */
      count         : Integer not null;

      /** For each event its arrival, id, instant and digest, as JSON. They outlive the event when retention removes it. */
      leaves        : LargeString not null;

      /** The hash of the seal before, if there is one. */
      previous      : String(64);

      /** When the seal was made, in UTC. */
      sealedAt      : String(24) not null;

      /** The SHA-256 of all of the above, as canonical JSON (RFC 8785). */
      hash          : String(64) not null;
}
