namespace provisioning.log;

/**
 * The seals of the log form a chain for each tenant. A seal covers the events since the previous seal, and the hash of
 * that seal. An event cannot be altered, removed, added or moved without breaking the chain.
 */
@assert.unique.last: [ lastSequence ] // each event ends one seal at most; as an index it finds the newest seal
entity Seals {
      /** The tenant of the events: their `tenantId`, or empty if they have none. */
      @holds: 'tenant'
  key tenant        : String;

      /** The place in the chain of the tenant, from 1. */
  key number        : Integer;

      /** The arrival of the first covered event. */
      firstSequence : Integer not null;

      /** The arrival of the last covered event. */
      lastSequence  : Integer not null;

      /** The number of covered events. */
      count         : Integer not null;

      /** The arrival, id, instant and digest of each event, as JSON. They stay when retention removes the event. */
      leaves        : LargeString not null;

      /** The hash of the previous seal, if there is one. */
      previous      : String(64);

      /** When the seal was made, in UTC. */
      sealedAt      : String(24) not null;

      /** The SHA-256 of all of the above, as canonical JSON (RFC 8785). */
      hash          : String(64) not null;
}
