/** The version of OData that a request and its response speak (OData Protocol 4.01, 5.2 and 8.1.5). */
import type { Request } from 'express'
import { RequestError } from '../../errors/errors.ts'

export type Version = '4.0' | '4.01'

/**
 * Negotiates the version of the response. Without `OData-MaxVersion` it is 4.0, as in Graph.
 * @throws {RequestError} 400 if the service does not speak the version of the request, or the one that it asks for
 */
export function negotiateVersion(req: Request): Version {
  const refused = (header: string) => new RequestError('badRequest', 'The service speaks OData 4.0 and 4.01.', header)
  if (!['4.0', '4.01'].includes(req.get('OData-Version') ?? '4.0')) throw refused('OData-Version')
  const most = req.get('OData-MaxVersion') ?? '4.0'
  if (!/^\d+\.\d+$/.test(most) || Number(most) < 4) throw refused('OData-MaxVersion')
  return Number(most) >= 4.01 ? '4.01' : '4.0'
}

/** Whether the client accepts 4.01: it says so, or names no maximum (8.2.7). */
export function allows401(req: Request): boolean {
  return Number(req.get('OData-MaxVersion') ?? 4.01) >= 4.01
}
