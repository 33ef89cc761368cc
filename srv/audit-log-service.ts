import { randomUUID } from 'node:crypto'
import cds from '@sap/cds'
import type { provisioningObjectSummary as Event } from '#cds-models/microsoft/graph'
import type { Arrival } from '#cds-models/provisioning/log'
import { confined, readableBy, tenantOfNewEvent, type User } from './access/tenants.ts'
import { queryDeadline, type Reading } from './database/reading.ts'
import { append, engine, read, type NewRows, type Query } from './database/service.ts'
import type { Definition, Model } from './cqn/csn.ts'
import type { Statement } from './plans/statement.ts'
import { instant } from './values/datetime.ts'

const EVENTS = 'microsoft.graph.provisioningObjectSummary'
const ARRIVALS = 'provisioning.log.Arrivals'
const ID_IS_TAKEN = 'An event with this id exists already.'

interface Creation {
  data: Event
  user: User
  /** Adds the columns that keep how the event is shown; undefined for events that do not come over the wire. */
  represent?: (event: Event) => object
  /** Stores rows, all or none; by default in their own entry. */
  store?: (rows: NewRows) => Promise<void>
}

interface Reader {
  query: Query
  user: User
  /** Whom it is for, if it comes over the wire. */
  reading?: Reading
  /** Called with the statement that the query becomes. */
  seen?: (statement: Statement) => void
}

/** The parts of the audit log that the CDS model cannot express. */
export default class AuditLogService extends cds.ApplicationService {
  override init() {
    this.confineReads()
    this.readLog()
    this.completeEvents()
    this.storeEvents()
    this.refuseKnownIds()
    const done = super.init()
    this.checkOnce()
    return done
  }

  /**
   * What comes over the wire was checked against its types: see odata/request/payload.ts. CAP would check columns, as if
   * they were not parts of values that may be null, and no items of collections.
   */
  private checkOnce() {
    const service = this as unknown as { handle_validations: (request: Creation) => unknown }
    const check = service.handle_validations
    service.handle_validations = (request) => (request.represent ? undefined : check.call(service, request))
  }

  /** `odata/` orders and pages rows; CAP's own handlers, in whose place these are, know only keys and offsets. */
  handle_sorting() {}
  handle_paging() {}

  /** Confines every read to the user's tenant: see access/tenants.ts. */
  private confineReads() {
    this.before('READ', '*', (request) => {
      const { query, user } = request as unknown as Reader
      Object.assign(query, confined(query, user, this.model as never))
    })
  }

  private readLog() {
    this.on('READ', 'auditLogs', () => ({})) // it has no properties, and nothing of it is stored
    this.on('READ', '*', (request) => {
      const { query, user, reading, seen } = request as unknown as Reader
      return read(query, reading ?? { tenant: '', readable: readableBy(user), deadline: queryDeadline() }, seen)
    })
  }

  /** Gives new events an id unless they have one, their tenant, and the instants that they are compared and ordered by. */
  private completeEvents() {
    const { elements } = (this.model as unknown as Model).definitions[EVENTS] as Definition
    const instants = Object.entries(elements ?? {}).flatMap(([name, { '@instant': column }]) =>
      typeof column === 'string' ? [[name, column] as const] : []
    )
    this.before('CREATE', 'provisioningObjectSummary', (request) => {
      const { data, user } = request as unknown as Creation
      data.id ??= randomUUID()
      data.tenantId = tenantOfNewEvent(user, data.tenantId)
      data.tenant = data.tenantId ?? ''
      const columns = data as Record<string, unknown>
      for (const [name, column] of instants) columns[column] = instant(String(columns[name])) ?? columns[column]
    })
  }

  /** Stores events with their place in the order of arrival, which delta links follow. */
  private storeEvents() {
    this.on('CREATE', 'provisioningObjectSummary', async (request) => {
      const { data, represent, store = append } = request as unknown as Creation
      Object.assign(data, represent?.(data))
      await store([
        [EVENTS, data],
        [ARRIVALS, { event: data.id, tenant: data.tenant } satisfies Arrival]
      ])
      return data
    })
  }

  /** Events are never replaced: one with a known id is refused. */
  private refuseKnownIds() {
    this.on('error', (error) => {
      if (engine().isDuplicate(error)) Object.assign(error, { status: 409, message: ID_IS_TAKEN, target: 'id' })
    })
  }
}
