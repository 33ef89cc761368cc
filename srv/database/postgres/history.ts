/** What verification reads: see database/log.ts. */
import pg from 'pg'
import type { Arrival, History, Inspected, Miscount, PurgedRange, PurgeRecord, Seal, StoredRow } from '../log.ts'
import { ARRIVALS, ARRIVAL_KEY, EVENTS, LAST_ARRIVAL, PURGES, SAME_EVENT, SEALS } from '../tables.ts'
import { miscountedIn, mistalliedIn, talliesIn } from '../tallies.ts'
import { withNames } from './sql.ts'
import { schemaDifferences } from './schema-differences.ts'
import { IDS, INSTANT, SAME_ID, UNNUMBERED } from './tables.ts'
import { ALL_TALLIES } from './tallies.ts'

const { INT8 } = pg.types.builtins

/** Whole numbers of stored events are `bigint`. */
export const WHOLE = {
  getTypeParser: ((id: number): unknown => (id === Number(INT8) ? BigInt : pg.types.getTypeParser(id))) as never
}

/** Arrivals, and those without a number, which get the next ones: see sequencer.ts. */
const ALL_ARRIVALS = `(SELECT sequence, event, tenant FROM ${ARRIVALS}
  UNION ALL SELECT last + row_number() OVER (ORDER BY place), event, tenant
  FROM ${UNNUMBERED}, (${LAST_ARRIVAL}) AS numbers)`

const ARRIVALS_IN_ORDER = `SELECT a.sequence AS "#sequence", a.event AS "#event", e.* FROM ${ALL_ARRIVALS} AS a
  LEFT JOIN ${IDS} i ON ${SAME_ID}
  LEFT JOIN ${EVENTS} e ON ${SAME_EVENT} AND e.${INSTANT} = i.${INSTANT} ORDER BY a.sequence`

const MISCOUNTS = miscountedIn(
  EVENTS,
  '(SELECT tenant, sum(events) AS events FROM microsoft_graph_Counts GROUP BY tenant)'
)

// a record that was altered may have anything there
const PURGED_RANGES = `SELECT cast(r.value ->> 0 AS bigint) AS "from", cast(r.value ->> 1 AS bigint) AS "to", p.before
  FROM ${PURGES} p, json_array_elements(cast(CASE WHEN p.sequences ~ '^\\[(\\[\\d{1,18},\\d{1,18}\\],?)*\\]$'
    AND p.sequences !~ ',\\]$' THEN p.sequences ELSE '[]' END AS json)) AS r(value) ORDER BY 1`

/** Whether an id, or an event, is that of the other, with the instant that is kept with the id. */
const SAME_INSTANT = `i.id = e.id AND i.tenant = e.tenant AND i.${INSTANT} = e.${INSTANT}`

const NEVER_ARRIVED = `NOT EXISTS (SELECT 1 FROM ${ARRIVALS} a WHERE ${SAME_EVENT})
  AND NOT EXISTS (SELECT 1 FROM ${UNNUMBERED} a WHERE ${SAME_EVENT})`

/** Ids that no event has, and none that was removed had: they refuse events with them. */
const STRAY_IDS = `SELECT id, tenant FROM ${IDS} e
  WHERE NOT EXISTS (SELECT 1 FROM ${EVENTS} i WHERE ${SAME_INSTANT}) AND ${NEVER_ARRIVED}`

/** An arrival is that of the event with its id and the instant that is kept with the id. */
const LOST_EVENTS = `SELECT id, coalesce(tenantId, '') AS tenant FROM ${EVENTS} e WHERE ${NEVER_ARRIVED}
  UNION SELECT id, coalesce(tenantId, '') FROM ${EVENTS} e WHERE NOT EXISTS (SELECT 1 FROM ${IDS} i WHERE ${SAME_INSTANT})`

const REPEATED_ARRIVALS = `SELECT event AS id, tenant, max(sequence) AS sequence FROM ${ALL_ARRIVALS} AS a
  GROUP BY ${ARRIVAL_KEY} HAVING count(*) > 1`

/** @param one has one connection only: transactions are on it */
export function history(one: pg.Pool, url: string): Omit<History, 'openPurge'> {
  return {
    async snapshot(read) {
      await one.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      try {
        // before the first read, which chooses the moment: a month that is dropped later is gone from earlier moments, too
        await one.query(withNames(`LOCK TABLE ${EVENTS} IN ACCESS SHARE MODE`))
        await one.query('SET LOCAL cursor_tuple_fraction = 1') // all rows are read
        return await read()
      } finally {
        await one.query('ROLLBACK').catch(() => {}) // the connection may be lost
      }
    },
    // the server checks its own files, if they have checksums, as it reads them
    async *damages() {
      for await (const { id, tenant } of rowsOf<{ id: string; tenant: string }>(one, STRAY_IDS))
        yield `the id '${id}' of tenant '${tenant}' is taken, and no event has it`
    },
    schemaDifferences: (model) => schemaDifferences(url, model),
    miscounts: () => rowsOf<Miscount>(one, MISCOUNTS),
    mistallied: ({ definitions }) => rowsOf(one, mistalliedIn(talliesIn(definitions), `${EVENTS} e`, ALL_TALLIES)),
    seals: () => inspected<Seal>(rowsOf(one, `SELECT * FROM ${SEALS} ORDER BY tenant, number`)),
    sealsByArrival: () =>
      rowsOf(one, `SELECT tenant, number, firstSequence, leaves FROM ${SEALS} ORDER BY firstSequence, tenant`),
    purges: () => inspected<PurgeRecord>(rowsOf(one, `SELECT * FROM ${PURGES} ORDER BY number`)),
    purgedRanges: () => rowsOf<PurgedRange>(one, PURGED_RANGES),
    arrivals: () => arrivalsIn(rowsOf(one, ARRIVALS_IN_ORDER, { types: WHOLE })),
    lostEvents: () => rowsOf(one, LOST_EVENTS),
    repeatedArrivals: () => rowsOf(one, REPEATED_ARRIVALS)
  }
}

/** How many rows are fetched at once. An event has some 4 MB at most. */
const FETCHED = 20

/** How rows are read: see {@link pg.QueryConfig}. */
type Reading = Pick<pg.QueryConfig, 'values' | 'types'> & { query_timeout?: number }

let opened = 0

/**
 * Reads the rows of a query within a transaction, a few at a time, so that memory does not grow with them.
 * @param one has one connection only, on which the transaction is
 */
export async function* rowsOf<Row extends pg.QueryResultRow>(
  one: pg.Pool,
  sql: string,
  { values, ...how }: Reading = {}
): AsyncGenerator<Row> {
  const name = `rows_${++opened}`
  await one.query({ text: `DECLARE ${name} NO SCROLL CURSOR FOR ${withNames(sql)}`, ...how, ...(values && { values }) })
  for (;;) {
    const { rows } = await one.query<Row>({ text: `FETCH ${FETCHED} FROM ${name}`, ...how })
    yield* rows
    if (rows.length < FETCHED) break
  }
  await one.query(`CLOSE ${name}`) // where a reader stops before, the transaction does so
}

/** All texts are valid UTF-8: the server takes no others. */
async function* inspected<Row>(rows: AsyncIterable<StoredRow>): AsyncGenerator<Inspected<Row>> {
  for await (const row of rows) yield { row: row as Row, brokenColumn: undefined }
}

/** Makes arrivals of rows that have their events, or null in all columns. */
export async function* arrivalsIn(rows: AsyncIterable<StoredRow> | Iterable<StoredRow>): AsyncGenerator<Arrival> {
  for await (const { '#sequence': sequence, '#event': id, ...row } of rows) {
    const event = row.id === null ? undefined : { row, brokenColumn: undefined }
    yield { sequence: Number(sequence), id: String(id), event }
  }
}
