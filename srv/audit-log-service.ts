import { randomUUID } from 'node:crypto'
import cds from '@sap/cds'
import type { provisioningObjectSummary as Event } from '#cds-models/microsoft/graph'
import { confined, tenantOfNewEvent } from './access/tenants.ts'
import { queryDeadline, type Reading } from './database/reading.ts'
import { append, engine, read, type Query } from './database/service.ts'
import type { Statement } from './plans/statement.ts'
import { instant } from './values/datetime.ts'

const EVENTS = 'microsoft.graph.provisioningObjectSummary'
const ID_IS_TAKEN = 'An event with this id exists already.'

/** A request that creates an event. */
interface Creation {
  data: Event
  /** Gives the columns that keep how the event is shown; undefined where it does not come over the wire. */
  represent?: (event: Event) => object
  /** Stores rows, all or none; by default in an entry of their own. */
  store?: (rows: [entity: string, row: object][]) => Promise<void>
}

/** A request that reads. */
interface Reader {
  query: Query
  /** Whom it is for, where it comes over the wire. */
  reading?: Reading
  /** Told of the statement that the query becomes. */
  seen?: (statement: Statement) => void
}

/** The audit log: what the CDS model cannot say of it. */
export default class AuditLogService extends cds.ApplicationService {
  /** The wire puts rows in a total order and cuts them into pages; CAP's own handlers know keys and offsets only. */
  static handle_sorting() {}
  static handle_paging() {}

  override init() {
    this.confineReads()
    this.readRoot()
    this.readRows()
    this.completeEvents()
    this.storeEvents()
    this.refuseKnownIds()
    return super.init()
  }

  /** Whatever is read, in whatever way, is confined to the user's tenant: see access/tenants.ts. */
  private confineReads() {
    this.before('READ', '*', (request) => {
      const { query, user } = request as unknown as { query: object; user: InstanceType<typeof cds.User> }
      Object.assign(query, confined(query, user, this.model as never))
    })
  }

  /** The root has no properties, and nothing of it is stored. */
  private readRoot() {
    this.on('READ', 'auditLogs', () => ({}))
  }

  /** Reads outside of transactions, for as long as somebody waits for the result. */
  private readRows() {
    this.on('READ', '*', (request) => {
      const { query, reading = { tenant: '', deadline: queryDeadline() }, seen } = request as unknown as Reader
      return read(query, reading, seen)
    })
  }

  /** Gives new events an id where they have none, their tenant, and the instant that they are ordered by. */
  private completeEvents() {
    this.before(
      'CREATE',
      'provisioningObjectSummary',
      ({ data, user }: { data: Event; user: InstanceType<typeof cds.User> }) => {
        data.id ??= randomUUID()
        data.tenantId = tenantOfNewEvent(user, data.tenantId)
        data.tenant = data.tenantId ?? ''
        const point = instant(String(data.activityDateTime))
        if (point) data.activityDateTime_utc = point
      }
    )
  }

  /** Stores events, each with its place in the order of arrival, which delta links follow. */
  private storeEvents() {
    this.on('CREATE', 'provisioningObjectSummary', async (request) => {
      const { data, represent, store = append } = request as unknown as Creation
      Object.assign(data, represent?.(data))
      await store([
        [EVENTS, data],
        ['provisioning.log.Arrivals', { event: data.id, tenant: data.tenant }]
      ])
      return data
    })
  }

  /** Events are never replaced: one whose id is taken is refused. */
  private refuseKnownIds() {
    this.on('error', (error) => {
      if (engine().isDuplicate(error)) Object.assign(error, { status: 409, message: ID_IS_TAKEN, target: 'id' })
    })
  }
}
