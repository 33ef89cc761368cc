/** The output of `DEBUG=sql` besides that of CAP itself. In production values are hidden, as in CAP's own log. */
import cds from '@sap/cds'

const LOG = cds.log('sql')
const { log } = cds.env as unknown as { log: { sanitize_values?: boolean } }
const hidesValues = () => process.env.NODE_ENV === 'production' && log.sanitize_values !== false

/** Logs a statement that bypasses CAP's own log. */
export function debugStatement(sql: string, values: unknown) {
  if (LOG._debug) LOG.debug(sql, hidesValues() ? ['***'] : values)
}

/** Logs what happens to statements. */
export function debug(message: string, ...details: unknown[]): undefined {
  if (LOG._debug) LOG.debug(message, ...details)
}
