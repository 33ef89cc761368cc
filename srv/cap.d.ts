/** What is used of CAP that it publishes no types for. */

declare module 'odata-csdl' {
  export function xml2json(xml: string): object
}

declare module '@cap-js/db-service' {
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
      limit?: Limit
      localized?: boolean
    }
  }
  export interface Source {
    SELECT?: object
    as?: string
  }
  export interface Limit {
    rows: ValueExpression
    offset?: ValueExpression
  }
  interface Renderer {
    readonly model?: import('./cqn/csn.ts').Model
    values: unknown[]
    SELECT(query: Select): string
    SELECT_expand(query: Select, sql: string): string
    from(source: Source, query: object): string
    limit(limit: Limit): string
    orderBy(order: { sort?: string; nulls?: string }[], localized: boolean): string[]
    xpr(expression: { xpr: unknown[] }): string
    expr(expression: object): string
    val(expression: ValueExpression): string
    quote(name: string): string
    string(text: string): string
  }
  /** CAP's database service for any database of SQL. */
  export class SQLService {
    static CQN2SQL: { new (...args: never[]): Renderer; Functions: object }
    init(): Promise<void>
    get factory(): object
    onEVENT(request: { event: string }): Promise<unknown>
    disconnect(tenant?: string): Promise<void>
  }
}

declare module '@cap-js/sqlite' {
  import { SQLService } from '@cap-js/db-service'

  export type { Limit, Select, ValueExpression } from '@cap-js/db-service'
  export default class SQLiteService extends SQLService {
    set(variables: Record<string, unknown>): void
    prepare(sql: string): { run: (...values: unknown[]) => Promise<unknown> }
  }
}
