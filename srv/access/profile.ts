/** The profile that the service runs in: `NODE_ENV`, `CDS_ENV`, `--profile`, or a `profile` in its configuration. */

const KNOWN = ['development', 'production', 'postgres']

/**
 * Tells whether requests need a token. They do in every profile but `development`, the default.
 * @param profiles as CAP passes them: `development` is added unless there is `production`
 * @throws {Error} if a name is unknown: it may be a misspelt `production`
 */
export function needsTokens(profiles: string[]): boolean {
  const unknown = profiles.filter((name) => !KNOWN.includes(name)).map((name) => `'${name}'`)
  if (unknown.length)
    throw new Error(
      `The service does not know the profile ${unknown.join(', ')} (NODE_ENV, CDS_ENV), only 'development', ` +
        "which serves without tokens, 'production' and 'postgres'."
    )
  return profiles.includes('production')
}
