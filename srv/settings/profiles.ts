/** The profiles that there are: `NODE_ENV`, `CDS_ENV`, `--profile`, or a `profile` in the configuration names them. */

const KNOWN = ['development', 'production', 'postgres']

/**
 * Checks names of profiles.
 * @throws {Error} if one is unknown: it may be a misspelt `production`, or a misspelt `postgres`, whose log is another one
 */
export function expectKnownProfiles(profiles: string[]) {
  const unknown = profiles.filter((name) => !KNOWN.includes(name)).map((name) => `'${name}'`)
  if (unknown.length)
    throw new Error(
      `The service does not know the profile ${unknown.join(', ')} (NODE_ENV, CDS_ENV), only 'development', ` +
        "which serves without tokens, 'production' and 'postgres'."
    )
}
