/** The numbers of events that triggers keep: of each tenant (db/counts.cds) and of each kind (db/tallies.cds). */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Job } from '../background.ts'
import { kindOf, MOST, type Tallies } from '../tallies.ts'
import { openConnection, transaction, type LogConnection } from './connection.ts'
import type { Counting } from './counting.ts'
import { COUNTS, EVENTS, OLDER, TALLIES } from '../tables.ts'

const COUNTED = `${EVENTS}_counted`
const UNCOUNTED = `${EVENTS}_uncounted`
export const COUNT_TRIGGERS = [COUNTED, UNCOUNTED]

/** The index by which triggers find the tally of a kind, however many there are in its hour: its name and its statement. */
export function kindIndex(tallies: Tallies): [name: string, sql: string] {
  const name = `${TALLIES}_by_kind`
  const columns = kindOf(tallies, 'NEW').map(([column]) => column)
  return [name, `CREATE INDEX ${name} ON ${TALLIES} (${columns.join()})`]
}

/**
 * The statements that create the triggers which count events, by trigger name. The tallies of a tenant and the number
 * of its events that they lack make up all of its events, so they are right when none is lacking.
 */
export function countTriggers(tallies: Tallies): Map<string, string> {
  const { count } = tallies
  const isOf = (event: string) =>
    kindOf(tallies, event)
      .map(([column, value]) => `${column} IS ${value}`)
      .join(' AND ')
  const columns = kindOf(tallies, 'NEW').map(([column]) => column)
  const values = kindOf(tallies, 'NEW').map(([, value]) => value)
  const counted = `AFTER INSERT ON ${EVENTS} BEGIN
    UPDATE ${TALLIES} SET ${count} = ${count} + 1 WHERE ${isOf('NEW')};
    INSERT INTO ${TALLIES} (${columns.join()},${count}) SELECT ${values.join()}, 1
      WHERE changes() = 0 AND ifnull((SELECT tallies FROM ${COUNTS} WHERE tenant = NEW.tenant), 0) < ${MOST};
    INSERT INTO ${COUNTS} (tenant, events, tallies, uncounted) VALUES (NEW.tenant, 1, changes(), 0)
      ON CONFLICT (tenant) DO UPDATE SET events = events + 1, tallies = tallies + excluded.tallies,
      uncounted = uncounted + (tallies >= ${MOST} AND NOT EXISTS (SELECT 1 FROM ${TALLIES} WHERE ${isOf('NEW')}));
  END`
  const uncounted = `AFTER DELETE ON ${EVENTS} BEGIN
    UPDATE ${TALLIES} SET ${count} = ${count} - 1
      WHERE ${isOf('OLD')} AND OLD.rowid > ifnull((SELECT upTo FROM ${OLDER}), 0);
    UPDATE ${COUNTS} SET events = events - 1, uncounted = uncounted - (changes() = 0) WHERE tenant = OLD.tenant;
    DELETE FROM ${TALLIES} WHERE ${isOf('OLD')} AND ${count} = 0;
    UPDATE ${COUNTS} SET tallies = tallies - changes() WHERE tenant = OLD.tenant;
  END`
  return new Map([
    [COUNTED, `CREATE TRIGGER ${COUNTED} ${counted}`],
    [UNCOUNTED, `CREATE TRIGGER ${UNCOUNTED} ${uncounted}`]
  ])
}

/** Begins to count anew: events that are there count for their tenants at once, and for their kinds bit by bit. */
export const BEGIN_ANEW = `DELETE FROM ${TALLIES}; DELETE FROM ${COUNTS}; DELETE FROM ${OLDER};
  INSERT INTO ${COUNTS} (tenant, events, tallies, uncounted)
    SELECT tenant, count(*), 0, count(*) FROM ${EVENTS} GROUP BY tenant;
  INSERT INTO ${OLDER} (number, upTo) SELECT 1, max(rowid) FROM ${EVENTS} HAVING count(*) > 0`

/** The row up to which events are not counted for their kinds; undefined if all are. */
export function uncountedUpTo(database: DatabaseSync): number | undefined {
  const { upTo } = database.prepare(`SELECT upTo FROM ${OLDER}`).get() ?? {}
  return upTo === undefined ? undefined : Number(upTo)
}

/** The most events counted in one transaction, which blocks other writers for a moment. */
const BATCH = 2000

/** Counts older events in the background thread: see counting.ts. */
export default ({ file, files, tallies }: Counting): Job => {
  const database = openConnection(file, { files })
  return { count: () => countOlder(database, tallies), close: () => database.close() }
}

/** Counts older events, the newest first. @returns the row up to which they are not counted; undefined if all are */
function countOlder(database: LogConnection, tallies: Tallies): Promise<number | undefined> {
  return transaction(database, () => {
    const upTo = uncountedUpTo(database)
    if (upTo === undefined) return undefined
    const kind = kindOf(tallies, 'e')
    const columns = kind.map(([column]) => column)
    const found = database
      .prepare(
        `SELECT ${kind.map(([column, value]) => `${value} AS ${column}`).join()}, count(*) AS "#events"
         FROM ${EVENTS} e WHERE rowid > ? AND rowid <= ? GROUP BY ${columns.map((_, index) => index + 1).join()}`
      )
      .all(upTo - BATCH, upTo)
    const add = adder(database, tallies, columns)
    for (const { '#events': events, ...values } of found) add(Object.values(values), Number(events))
    const rest = upTo - BATCH
    if (rest > 0) database.prepare(`UPDATE ${OLDER} SET upTo = ?`).run(rest)
    else database.exec(`DELETE FROM ${OLDER}`)
    return rest > 0 ? rest : undefined
  })
}

/** Adds to the tally of a kind, as the triggers do. */
function adder(database: LogConnection, { count }: Tallies, columns: string[]) {
  const isOf = columns.map((column, index) => `${column} IS ?${index + 1}`).join(' AND ')
  const places = columns.map((_, index) => `?${index + 1}`)
  const update = database.prepare(`UPDATE ${TALLIES} SET ${count} = ${count} + ?${columns.length + 1} WHERE ${isOf}`)
  const insert = database.prepare(
    `INSERT INTO ${TALLIES} (${columns.join()},${count}) SELECT ${places.join()}, ?${columns.length + 1}
     WHERE ifnull((SELECT tallies FROM ${COUNTS} WHERE tenant = ?1), 0) < ${MOST}`
  )
  const note = database.prepare(
    `UPDATE ${COUNTS} SET tallies = tallies + ?2, uncounted = uncounted - ?3 WHERE tenant = ?1`
  )
  return (values: SQLInputValue[], events: number) => {
    const isKnown = Number(update.run(...values, events).changes) > 0
    const isAdded = !isKnown && Number(insert.run(...values, events).changes) > 0
    if (isKnown || isAdded) note.run(values[0] as SQLInputValue, Number(isAdded), events)
  }
}
