/**
 * The condition of indexes over all tenants. It is true of every row. SQLite uses a partial index only for a query that
 * states the condition of the index (https://sqlite.org/partialindex.html). Queries of one tenant do not state it, so the
 * time they take does not depend on what other tenants have.
 */
export const OF_ALL_TENANTS = 'length(tenant) >= 0'
