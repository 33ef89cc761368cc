/** Users of a service in the process of the test, who send no tokens: a reader of one tenant, and an auditor of all. */
import cds from '@sap/cds'

/** Has the service know them. To be called before it starts. */
export function mockUsers() {
  const env = cds.env as unknown as { requires: { auth: object } }
  env.requires.auth = {
    kind: 'mocked',
    users: {
      reader: { roles: ['read', 'create'], attr: { tenant: 'own' } },
      auditor: { roles: ['read', 'create', 'all_tenants'], attr: { tenant: 'own' } }
    }
  }
}

/** The headers by which a user sends a request. */
export const of = (user: string) => ({ Authorization: `Basic ${Buffer.from(`${user}:`).toString('base64')}` })
