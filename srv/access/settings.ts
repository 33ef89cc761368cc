/** The settings of access in production: `requires.auth` in .cdsrc.json, or `CDS_REQUIRES_AUTH_…` in the environment. */

/** The roles that access-control.cds grants rights to, and one for the rows of all tenants. */
export type Role = 'create' | 'read' | 'all_tenants'

export interface AccessSettings {
  /** Who issues tokens: its URL, as in `iss`; with `{tenantid}` in it where every tenant has an issuer of its own. */
  issuer: string
  /** Whom tokens are for, as in `aud`: one name of this service, or several. */
  audience: string | string[]
  /** Where the keys of the issuer are; if not given, its OpenID configuration tells. */
  jwks_uri?: string
  /** How long keys are not fetched anew because a token names an unknown one, in seconds. */
  jwks_cooldown: number
  /** By how much clocks may differ, in seconds. */
  leeway: number
  /** Whether `$metadata` and the service document are given to anyone. */
  public_metadata: boolean
  /** Which app roles and delegated scopes give a role. */
  permissions: Record<Role, string | string[]>
}

/**
 * Reads the settings.
 * @param auth what is configured
 * @throws {Error} that tells each setting that is missing or wrong
 */
export function accessSettings(auth: Partial<AccessSettings> | undefined): AccessSettings {
  const { issuer, audience, jwks_uri, jwks_cooldown, leeway, public_metadata, permissions } = auth ?? {}
  const problems = [
    !issuer && 'CDS_REQUIRES_AUTH_ISSUER is missing: the URL of the issuer of tokens.',
    !audience?.length && 'CDS_REQUIRES_AUTH_AUDIENCE is missing: the audience that tokens are issued for.',
    issuer && !isSecureUrl(issuer) && 'CDS_REQUIRES_AUTH_ISSUER is not a URL with https.',
    jwks_uri && !isSecureUrl(jwks_uri) && 'CDS_REQUIRES_AUTH_JWKS__URI is not a URL with https.',
    !isDuration(leeway) && 'CDS_REQUIRES_AUTH_LEEWAY is not a number of seconds.',
    !isDuration(jwks_cooldown) && 'CDS_REQUIRES_AUTH_JWKS__COOLDOWN is not a number of seconds.'
  ].filter((problem) => typeof problem === 'string' && problem)
  if (!issuer || !audience || !permissions || problems.length)
    throw new Error(`The service does not run open in production. ${problems.join(' ')}`)
  return {
    issuer,
    audience,
    ...(jwks_uri && { jwks_uri }),
    jwks_cooldown: Number(jwks_cooldown),
    leeway: Number(leeway),
    public_metadata: String(public_metadata) === 'true',
    permissions
  }
}

/** Keys that come unprotected are no better than none; from the same machine they may. */
function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
}

function isDuration(value: unknown): boolean {
  return value !== '' && Number(value) >= 0 && Number.isFinite(Number(value))
}
