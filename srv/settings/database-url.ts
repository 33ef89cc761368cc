/** Where a database is: the file, or the URL of one on a server. */

/** Whether it is on a PostgreSQL server. */
export const isOnServer = (location: string) => /^postgres(ql)?:/.test(location)

/** A location as people may see it, without the password. */
export function nameOf(location: string): string {
  if (!isOnServer(location)) return location
  const { host, pathname } = new URL(location)
  return `${host}${pathname}`
}

/** Where the settings say that it is. */
interface Place {
  credentials: { url: string } & Partial<Record<'host' | 'user' | 'password' | 'database', string | undefined>> & {
      port?: number | undefined
    }
}

/**
 * The URL of a database on a server: that of `DATABASE_URL`, or of the settings, or made of their parts.
 * @param variables the environment
 * @throws {Error} if there is none
 */
export function databaseUrl({ credentials }: Place, variables: Record<string, string | undefined>): string {
  const { url: given, host, port, user = '', password = '', database = '' } = credentials
  const url = variables.DATABASE_URL ?? given
  if (isOnServer(url)) return url
  if (!host)
    throw new Error(
      'The service cannot run in the profile `postgres` without a database: set DATABASE_URL, as postgres://user:password@host/database.'
    )
  const [name, secret, path] = [user, password, database].map(encodeURIComponent)
  return `postgres://${name}:${secret}@${host}:${port ?? 5432}/${path}`
}
