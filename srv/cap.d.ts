/** What is used of CAP that it publishes no types for. */

declare module '@sap/cds/lib/srv/protocols/odata-v4.js' {
  import type { ApplicationService, Request as CdsRequest } from '@sap/cds'
  import type { NextFunction, Request, RequestHandler, Response, Router } from 'express'

  class ODataAdapter {
    constructor(service: ApplicationService, options?: { kind?: string })
    readonly service: ApplicationService
    get router(): Router
    get authorize(): RequestHandler | null
    get log_request(): RequestHandler
    error(error: unknown, req: Request, res: Response, next?: NextFunction): unknown
    request4(options: { query: unknown; params?: object[]; req: Request; res: Response }): CdsRequest
  }
  export default ODataAdapter
}

declare module 'odata-csdl' {
  export function xml2json(xml: string): object
}

declare module '@cap-js/sqlite' {
  import type { EventContext } from '@sap/cds'

  export interface Connection {
    function: (name: string, options: object, implementation: (...values: unknown[]) => unknown) => void
    exec: (sql: string) => void
    prepare: (sql: string) => { all: (values: unknown[]) => unknown[] }
    close: () => void
    readonly isTransaction: boolean
    /** The run-time limits of SQLite: https://sqlite.org/limits.html. */
    readonly limits: { length: number }
  }
  export interface ValueExpression {
    val?: unknown
    /** False to have the value in the text of the statement. */
    param?: false
    /** Whether the wire gave the value, and where from: see plans/plans.ts. */
    fromRequest?: true
    source?: import('./cqn/cqn.ts').Source
  }
  export interface Select {
    SELECT: {
      from?: { ref?: string[]; as?: string }
      where?: unknown[]
      columns?: { ref?: string[]; func?: string }[]
      groupBy?: unknown[]
      having?: unknown[]
      orderBy?: unknown[]
    }
  }
  export interface Limit {
    rows: ValueExpression
    offset?: ValueExpression
  }
  /** Renders queries as SQL. */
  export interface Renderer {
    readonly model?: Model
    values: unknown[]
    SELECT(query: Select): string
    val(expression: ValueExpression): string
    limit(limit: Limit): string
  }
  export interface Element {
    name: string
    type?: string
    key?: boolean
    length?: number
    virtual?: boolean
    /** Whether clients do not see it. */
    '@cds.api.ignore'?: boolean
  }
  interface Model {
    definitions: Record<string, { elements?: Record<string, Element> }>
  }
  interface Factory {
    options: object
    create: (tenant?: string) => Promise<Connection>
    destroy: (connection: Connection) => void
    validate: (connection: Connection) => boolean
  }
  export default class SQLiteService {
    static CQN2SQL: new () => Renderer
    constructor(name: string, model?: object, options?: object)
    init(): Promise<void>
    get factory(): Factory
    /** What a transaction runs for. */
    readonly context?: EventContext
    readonly model?: Model
    set(variables: object): void
    begin(min?: unknown): Promise<unknown>
    prepare(sql: string): { all: (values?: unknown) => unknown }
    /** The connection of a transaction. */
    readonly dbc?: Connection
    url4(tenant?: string): string
    exec(sql: string): void
    acquire(): Promise<Connection>
    release(): Promise<void>
    destroy(): Promise<void>
    rollback(): Promise<void>
    handle(req: object): Promise<unknown>
    onEVENT(req: { event: string }): Promise<unknown>
    disconnect(tenant?: string): Promise<void>
  }
}
