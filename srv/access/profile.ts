/** Whether requests need a token. */
import cds from '@sap/cds'
import { expectKnownProfiles } from '../settings/profiles.ts'

/**
 * Tells whether requests need a token. They do in every profile but `development`, the default.
 * @param profiles those of the process as CAP has them: `development` is added unless there is `production`
 * @throws {Error} if a name is unknown
 */
export function needsTokens(profiles = cds.env.profiles): boolean {
  expectKnownProfiles(profiles)
  return profiles.includes('production')
}
