/**
 * What developers see with `DEBUG=sql`, besides the statements that CAP renders. In production CAP hides their values, and
 * so does this.
 */
import cds from '@sap/cds'

const LOG = cds.log('sql')
const { log } = cds.env as unknown as { log: { sanitize_values?: boolean } }
const hidesValues = () => process.env.NODE_ENV === 'production' && log.sanitize_values !== false

/** Shows a statement that CAP does not render. */
export function debugStatement(sql: string, values: unknown) {
  if (LOG._debug) LOG.debug(sql, hidesValues() ? ['***'] : values)
}

/** Shows what happens to statements. */
export function debug(message: string, ...details: unknown[]): undefined {
  if (LOG._debug) LOG.debug(message, ...details)
}
