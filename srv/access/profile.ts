/** The profile that the service runs in: `NODE_ENV`, `CDS_ENV`, `--profile`, or a `profile` in its configuration. */
import cds from '@sap/cds'

const KNOWN = ['development', 'production', 'postgres']

/**
 * Tells whether requests need a token. They do in every profile but `development`, the default.
 * @param profiles those of the process as CAP has them: `development` is added unless there is `production`
 * @throws {Error} if a name is unknown: it may be a misspelt `production`
 */
export function needsTokens(profiles = cds.env.profiles): boolean {
  const unknown = profiles.filter((name) => !KNOWN.includes(name)).map((name) => `'${name}'`)
  if (unknown.length)
    throw new Error(
      `The service does not know the profile ${unknown.join(', ')} (NODE_ENV, CDS_ENV), only 'development', ` +
        "which serves without tokens, 'production' and 'postgres'."
    )
  return profiles.includes('production')
}
