/** What verification reads. */
import type { DatabaseSync } from 'node:sqlite'
import type { Arrival, History, Inspected, Miscount, PurgeRecord, Seal, StoredRow } from '../log.ts'
import { miscountedIn, mistalliedIn, talliesIn } from '../tallies.ts'
import { schemaDifferences } from './schema-differences.ts'
import { brokenColumnOf, items, rows, withNumbers } from './stored-rows.ts'
import { ARRIVAL_KEY, ARRIVALS, COUNTS, EVENT_KEY, EVENTS, PURGES, SAME_EVENT, SEALS, TALLIES } from '../tables.ts'

const DAMAGES = "SELECT integrity_check AS found FROM pragma_integrity_check WHERE integrity_check <> 'ok'"

const MISCOUNTS = miscountedIn(`${EVENTS} NOT INDEXED`, COUNTS)

/** All tallies: each counts towards the limit. */
const ALL_TALLIES = `(SELECT *, 1 AS rows FROM ${TALLIES})`

// SQLite sorts what the next three read, in files if there is much of it.
const PURGED_RANGES = `
  SELECT r.value ->> 0 AS "from", r.value ->> 1 AS "to", p."before" FROM ${PURGES} p,
    json_each(iif(json_valid(p.sequences), p.sequences, '[]')) r WHERE r.type = 'array' ORDER BY 1`

const LOST_EVENTS = `SELECT id, ifnull(tenantId, '') AS tenant FROM ${EVENTS}
  WHERE (${EVENT_KEY}) IN (SELECT ${EVENT_KEY} FROM ${EVENTS} EXCEPT SELECT ${ARRIVAL_KEY} FROM ${ARRIVALS})`

const REPEATED_ARRIVALS = `SELECT event AS id, tenant, max(sequence) AS sequence FROM ${ARRIVALS}
  GROUP BY ${ARRIVAL_KEY} HAVING count(*) > 1`

export function history(database: DatabaseSync): Omit<History, 'openPurge'> {
  const each = <Row>(sql: string) => items(rows(database, sql), withNumbers<Row>)
  return {
    async snapshot(read) {
      database.exec('BEGIN')
      try {
        return await read()
      } finally {
        database.exec('COMMIT')
      }
    },
    damages: () => items(rows(database, DAMAGES), ({ found }) => String(found)),
    schemaDifferences: (model) => Promise.try(schemaDifferences, database, model),
    miscounts: () => items(rows(database, MISCOUNTS), (row) => row as unknown as Miscount),
    mistallied: ({ definitions }) => {
      const query = mistalliedIn(talliesIn(definitions), `${EVENTS} e NOT INDEXED`, ALL_TALLIES)
      return items(rows(database, query), (row) => row as unknown as Miscount)
    },
    seals: () => allOf<Seal>(database, SEALS, 'tenant, number'),
    sealsByArrival: () => items(sealsByArrival(database), withNumbers<Seal>),
    purges: () => allOf<PurgeRecord>(database, PURGES, 'number'),
    purgedRanges: () => each(PURGED_RANGES),
    arrivals: () => arrivals(database, `LEFT JOIN ${EVENTS} e ON ${SAME_EVENT} ORDER BY a.sequence`),
    lostEvents: () => each(LOST_EVENTS),
    repeatedArrivals: () => each(REPEATED_ARRIVALS)
  }
}

function allOf<Row>(database: DatabaseSync, table: string, order: string) {
  const brokenColumn = brokenColumnOf(database, table)
  const all = rows(database, `SELECT rowid AS "#row", * FROM ${table} ORDER BY ${order}`)
  return items(all, ({ '#row': rowid, ...row }): Inspected<Row> => {
    return { row: withNumbers<Row>(row), brokenColumn: brokenColumn(row, rowid as bigint) }
  })
}

/** Reads seals one by one, so that SQLite sorts only their rowids. */
function* sealsByArrival(database: DatabaseSync) {
  const read = database.prepare(`SELECT tenant, number, firstSequence, leaves FROM ${SEALS} WHERE rowid = ?`)
  read.setReadBigInts(true)
  for (const { place } of rows(database, `SELECT rowid AS place FROM ${SEALS} ORDER BY firstSequence, rowid`))
    yield read.get(place as bigint) as StoredRow
}

/** Reads arrivals `a`, each with its event `e`. */
export function arrivals(database: DatabaseSync, rest: string, ...values: number[]) {
  const sql = `SELECT a.sequence AS "#sequence", a.event AS "#event", e.rowid AS "#row", e.* FROM ${ARRIVALS} a ${rest}`
  const brokenColumn = brokenColumnOf(database, EVENTS)
  const arrival = ({ '#sequence': sequence, '#event': id, '#row': rowid, ...row }: StoredRow): Arrival => ({
    sequence: Number(sequence),
    id: String(id),
    event: rowid === null ? undefined : { row, brokenColumn: brokenColumn(row, rowid as bigint) }
  })
  return items(rows(database, sql, ...values), arrival)
}
