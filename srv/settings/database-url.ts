/** Where a database is: the file, or the URL of one on a server. */

export const isOnServer = (location: string) => /^postgres(ql)?:/.test(location)

/** A location as people may see it, without the password. */
export function nameOf(location: string): string {
  if (!isOnServer(location)) return location
  const { host, pathname } = new URL(location)
  return `${host}${pathname}`
}

/**
 * Checks the URL of a database on a server. What is wrong with it is not shown, as it may have a password.
 * @param name where it was written
 * @throws {Error} if it is none
 */
export function expectDatabaseUrl(url: string, name: string): string {
  try {
    const { username, password, pathname } = new URL(url)
    for (const each of [username, password, pathname]) decodeURIComponent(each)
    if (isOnServer(url)) return url
  } catch {
    // its message would show the URL
  }
  throw new Error(
    `The service cannot run with ${name}: it must be the URL of a database, as postgres://user:password@host:5432/database, in ` +
      'which each of # % / : ? @ in the user or the password is percent-encoded.'
  )
}

/** Where the settings say that it is. */
interface Place {
  credentials: { url: string } & Partial<Record<'host' | 'user' | 'password' | 'database', string | undefined>> & {
      port?: number | undefined
    }
}

const URL_SETTING = 'CDS_REQUIRES_DB_CREDENTIALS_URL'

/**
 * The database file.
 * @throws {Error} if the settings name something else: what is meant for a server must not go into a file
 */
export function databaseFile({ credentials: { url } }: Place, variables: Record<string, string | undefined>): string {
  if (isOnServer(variables.DATABASE_URL ?? ''))
    throw new Error(
      'The service cannot run with DATABASE_URL without the profile `postgres`: set CDS_ENV=postgres, or unset DATABASE_URL.'
    )
  if (!/^(\w{2,}|):/.test(url)) return url // a single letter is a drive of Windows
  throw new Error(
    `The service cannot run with ${URL_SETTING}: it must be the path of a file, and in the profile \`postgres\` a URL.`
  )
}

/**
 * The URL of a database on a server: that of `DATABASE_URL`, or of the settings, or made of their parts.
 * @throws {Error} if there is none, or if it is none
 */
export function databaseUrl({ credentials }: Place, variables: Record<string, string | undefined>): string {
  const { url: given, host, port, user = '', password = '', database = '' } = credentials
  const url = variables.DATABASE_URL || given
  if (isOnServer(url)) return expectDatabaseUrl(url, variables.DATABASE_URL ? 'DATABASE_URL' : URL_SETTING)
  if (!host)
    throw new Error(
      'The service cannot run in the profile `postgres` without a database: set DATABASE_URL, as postgres://user:password@host/database.'
    )
  const [name, secret, path] = [user, password, database].map(encodeURIComponent)
  return `postgres://${name}:${secret}@${host}:${port ?? 5432}/${path}`
}
