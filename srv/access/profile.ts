/** The profile that the service runs in: `NODE_ENV`, `CDS_ENV`, `--profile`, or a `profile` in its configuration. */

const KNOWN = ['development', 'production']

/**
 * Tells whether requests need a token: always, but in the profile `development`, which is that of a start without a name.
 * @param profiles as CAP gives them: with `development` added wherever `production` is missing
 * @throws {Error} if a name is not known, as it may be a misspelt `production`
 */
export function needsTokens(profiles: string[]): boolean {
  const unknown = profiles.filter((name) => !KNOWN.includes(name)).map((name) => `'${name}'`)
  if (unknown.length)
    throw new Error(
      `The service does not know the profile ${unknown.join(', ')} (NODE_ENV, CDS_ENV), only 'development', ` +
        "which serves without tokens, and 'production'."
    )
  return profiles.includes('production')
}
