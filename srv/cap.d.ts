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
    get body_parser_options(): { limit?: string | number } | undefined
    error(error: unknown, req: Request, res: Response, next: NextFunction): unknown
    request4(options: { query: unknown; params?: object[]; req: Request; res: Response }): CdsRequest
  }
  export default ODataAdapter
}

declare module '@sap/cds/libx/odata/middleware/batch.js' {
  import type { RequestHandler } from 'express'
  export default function batch(adapter: object): RequestHandler
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
  }
  export interface ValueExpression {
    val?: unknown
    /** False to have the value in the text of the statement. */
    param?: false
    /** Whether the wire gave the value, and where from: see wire/plans.ts. */
    isOwn?: true
    source?: import('./wire/expressions/cqn.ts').Source
  }
  export interface Select {
    SELECT: { from?: { ref?: string[] }; where?: unknown[]; columns?: { func?: string }[]; groupBy?: unknown[] }
  }
  export interface Limit {
    rows: ValueExpression
    offset?: ValueExpression
  }
  /** Renders queries as SQL. */
  export interface Renderer {
    values: unknown[]
    SELECT(query: Select): string
    val(expression: ValueExpression): string
    limit(limit: Limit): string
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
    readonly model?: { definitions: Record<string, { elements?: Record<string, { name: string; virtual?: boolean }> }> }
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
