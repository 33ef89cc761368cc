/** What the metadata does not say of a root. */
import type { JsonObject } from '../model/types.ts'

/** How the service asks for tokens. */
export interface Access {
  /** Where the configuration of the issuer is, if it publishes one. */
  openIdConnectUrl?: string | undefined
  /** The permissions that allow each kind of request, one of them. */
  permissions: Record<'create' | 'read', string[]>
  /** Whether the metadata needs no token. */
  publicMetadata: boolean
}

/** An entity to be posted, how the service answers with it, and values of query options, by their names without `$`. */
export interface Examples {
  sent: JsonObject
  answered: JsonObject
  options: Record<string, string>
}

export interface Setup {
  /** Its URL, with a trailing slash. */
  root: string
  version: string
  /** Undefined if no token is needed. */
  access: Access | undefined
  examples: Examples
}
