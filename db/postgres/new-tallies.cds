using { provisioning.log } from '../tallies';

namespace provisioning.log;

/**
 * What the tallies do not count so far: a row for each event that came in, and negative numbers for what is being removed.
 * Several instances of the service add events at once, and would wait for each other at the tallies. So an event comes with
 * a row here, and who numbers arrivals adds it to `Tallies`: see srv/database/postgres/tallies.ts.
 */
@tallies: null  @indexes: []  @indexesForAllTenants: []
entity NewTallies : log.Tallies {}
