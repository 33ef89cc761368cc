/** The Prefer header (RFC 7240; OData Protocol 4.01, 8.2.8). */
import type { Request, Response } from 'express'

/**
 * Reads the preferences of a request, under their names without the prefix `odata.` of version 4.0.
 * Of a preference that is given twice the first one counts (RFC 7240, 2).
 */
export function preferences(req: Request): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', value = ''] of (req.get('Prefer') ?? '').matchAll(PREFERENCE)) {
    const key = name.toLowerCase().replace(/^odata\./, '')
    if (!found.has(key)) found.set(key, value.replaceAll('"', ''))
  }
  return found
}

const PREFERENCE = /([^\s=,;"]+)(?:\s*=\s*("[^"]*"|[^\s,;"]*))?/g

/** Says in the response that a preference was applied. */
export function applied(res: Response, preference: string) {
  res.append('Preference-Applied', preference)
}
