/** All settings of the service. `npm run docs` makes the table in docs/operations.md from them. */
import * as is from './kinds.ts'

/** The settings by their paths, as in `.cdsrc.json`. @param isProduction whether it is for `production` */
export const schema = (isProduction: boolean) => ({
  requires: {
    auth: {
      issuer: is.secureUrl('the issuer of tokens, as in `iss`; `{tenantid}` in it stands for the tenant of the token'),
      audience: is.someNames('whom tokens are issued for, as in `aud`'),
      jwks_uri: is.optional(is.secureUrl('where the keys of the issuer are; found by OpenID discovery if not set')),
      leeway: is.seconds('by how much the clocks of issuer and service may differ', 30),
      public_metadata: is.flag('whether `$metadata`, `/openapi.json` and the service document need no token', false),
      permissions: {
        create: is.names('app roles and scopes that allow creating events', [
          'ProvisioningLog.Create',
          'ProvisioningLog.ReadWrite.All'
        ]),
        read: is.names('those that allow reading events', [
          'ProvisioningLog.Read.All',
          'AuditLog.Read.All',
          'ProvisioningLog.ReadWrite.All'
        ]),
        all_tenants: is.names('those that extend it to the events of all tenants', ['ProvisioningLog.AllTenants'])
      },
      served_tenants: is.names('the tenants that may use the service; all of the issuer if there are none', []),
      operator_tenants: is.names(
        'the tenants whose tokens may extend to all tenants, if the issuer has `{tenantid}`: see below',
        []
      )
    },
    db: {
      credentials: {
        url: is.text(
          'the database file; in the profile `postgres` the database, as in `postgres://user:password@host/database`',
          'data/provisioning.sqlite'
        ),
        host: is.optional(is.text('the host of the PostgreSQL server, if no URL has it')),
        port: is.optional(is.count('its port')),
        user: is.optional(is.text('the user of the service on it')),
        password: is.optional(is.text('the password of that user')),
        database: is.optional(is.text('the database on it'))
      },
      migration_url: is.optional(
        is.text(
          'the database for the owner of its tables, who migrates them, if the user of the service is another one'
        )
      ),
      lock_timeout: is.milliseconds('how long a write waits while another process has the database locked', 5000),
      wal_limit: is.size('the size of the write-ahead log from which queries pause for a checkpoint', '64mb'),
      readers: is.count(
        'processes, or connections to PostgreSQL (8 in that profile), that run queries; a single tenant gets all but one of them',
        3
      ),
      reader_memory: is.mebibytes('memory of such a process, which is ended if it needs more', 512),
      waiting_queries: is.countOrZero('queries that wait for such a process; further ones get 503', 100),
      query_timeout: is.milliseconds('how long the queries of a request may wait and run altogether', 10_000),
      inline_query_timeout: is.milliseconds(
        'how long a query may use the processor in the process of the service before it moves to one that runs queries',
        40
      ),
      result_bytes: is.size('the largest page; an event that is larger gets a page of its own', '8mb'),
      indexes_for_all_tenants: is.flag(
        'whether queries of all tenants by status, job, change and name have indexes, too; in development they have',
        false
      ),
      search_index: is.flag('whether an index makes searches fast: on SQLite a file beside the database file', true)
    }
  },
  app: {
    client_id: is.optional(
      is.text('the id of the page as a client of the issuer; without it nobody can sign in to the page in production')
    ),
    scope: is.scopes('the scopes that the page asks the issuer for', 'openid profile'),
    authority: is.optional(
      is.secureUrl(
        'where people sign in to the page; at `requires.auth.issuer` if not set, for all tenants if it has `{tenantid}`'
      )
    )
  },
  odata: {
    batch_limit: is.count('requests in a batch at `/`; at `/beta` and `/v1.0` there are 20 at most', 1000),
    batch_bytes: is.size('the largest answer to a batch; further requests in it get 503', '32mb'),
    batch_timeout: is.milliseconds('how long a batch may take; further requests in it get 503', 30_000),
    download_limit: is.count('downloads of a tenant at the same time; further ones get 429', 1),
    download_timeout: is.minutes('how long a download may take; it is cut off then', 60),
    download_stall_timeout: is.milliseconds('how long its client may take nothing of it; it is cut off then', 60_000),
    plan_bytes: is.sizeOrZero(
      'memory for the plans of queries at each root: see [performance.md](performance.md); 0 keeps none',
      '32mb'
    ),
    kept_counts: is.flag('whether counts and groups go by kept numbers of events: see there', true)
  },
  server: {
    body_parser: { limit: is.size('the largest body of a request', '4mb') },
    trust_proxy: is.proxies(
      'whose `X-Forwarded-*` headers count: see [trust proxy](https://expressjs.com/en/guide/behind-proxies.html)',
      false
    ),
    headers_timeout: is.milliseconds('how long a client may take to send the headers of a request', 10_000),
    request_timeout: is.milliseconds('how long a client may take to send a request', 60_000),
    max_connections: is.count(
      'connections at the same time, of a network address three quarters; further ones are closed',
      2000
    ),
    // more than a network address has connections, each with a request under way
    max_requests: is.count('requests at the same time, of a tenant three quarters; further ones get 503, or 429', 1600),
    max_bodies: is.size(
      'the bodies of all requests under way together, of a tenant three quarters; further ones get 503',
      '64mb'
    ),
    max_answers: is.size(
      'the answers that clients have yet to read, together; beyond it queries get 503, while events are still taken',
      '256mb'
    ),
    rate_limit: {
      limit: is.countOrZero('requests of a network address in a minute; 0 for any number', isProduction ? 12_000 : 0)
    },
    cors_origins: is.origins('the origins whose pages may use the service in browsers: see below', []),
    drain_timeout: is.milliseconds('how long requests may take to finish after SIGTERM', 10_000),
    request_log: is.flag('whether each request is logged as a line of JSON', isProduction)
  },
  sealing: { interval: is.milliseconds('how often new events are sealed', 500) },
  retention: {
    days: is.optional(is.days('after how many days events are removed; never if not set')),
    interval: is.minutes('how often the service looks for events that old', 60)
  }
})

/** CAP's own settings in the same groups: names, groups with `.*`, and `*` for anything. */
export const OF_CAP: Record<string, '*' | string[]> = {
  '': '*',
  requires: '*',
  'requires.auth': ['kind', 'impl', 'restrict_all_services', 'users.*', 'tenants.*', 'vcap.*', 'credentials.*'],
  'requires.db': ['kind', 'impl', 'model', 'dialect', 'schema_evolution', 'data', 'pool.*', 'vcap.*'],
  odata: [
    ...['flavors.*', 'version', 'structs', 'refs', 'proxies', 'containment', 'context_with_columns'],
    ...['max_batch_header_size', 'max_batch_parallelization', 'group_parallel_gets']
  ],
  server: ['shutdown_on_uncaught_errors', 'exit_on_multi_install', 'force_exit_timeout', 'cors', 'index', 'port']
}
