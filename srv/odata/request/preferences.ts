/** The Prefer header (RFC 7240; OData Protocol 4.01, 8.2.8). */
import type { Request, Response } from 'express'

/**
 * Reads the preferences of a request, by their names without the prefix `odata.` of version 4.0. If a preference is
 * repeated, the first one counts (RFC 7240, 2).
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

/** Tells the client that a preference was applied. */
export function applied(res: Response, preference: string) {
  res.append('Preference-Applied', preference)
}
