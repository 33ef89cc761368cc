/** What the headers of a request ask for: a version of OData, preferences, isolation. */
import type { Request, Response } from 'express'
import { RequestError } from '../../errors/errors.ts'
import { validateHeaderName, validateHeaderValue } from '../../http/node-http.ts'

/** The most characters of the headers of a request in a batch: as many as Node.js takes of one by itself. */
export const MOST_HEADERS = 16_384

/**
 * Checks headers within a batch, which Node.js has not checked.
 * @throws {RequestError} 400 for an invalid one, 431 if they are too large
 */
export function checkHeaders(req: Request) {
  const size = Object.entries(req.headers).reduce((sum, [name, value]) => sum + name.length + String(value).length, 0)
  if (size > MOST_HEADERS) throw headersTooLarge()
  for (const [name, value] of Object.entries(req.headers)) {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, String(value))
    } catch (cause) {
      const message = 'A header has a character that headers cannot have.'
      throw new RequestError('badRequest', message, 'headers', { cause })
    }
  }
}

/** The error of headers in a batch that are too large. */
export const headersTooLarge = () =>
  new RequestError('headersTooLarge', `Headers in a batch must have at most ${MOST_HEADERS} characters.`)

/** @throws {RequestError} 412 if the client asks for isolation (OData Protocol 4.01, 8.2.6) */
export function refuseIsolation({ headers }: Request) {
  for (const name of ['OData-Isolation', 'Isolation'])
    if (headers[name.toLowerCase()] !== undefined)
      throw new RequestError('preconditionFailed', 'The service does not isolate requests from changes.', name)
}

/**
 * Checks the conditions of a POST. What is posted to exists, and its entity tag is not known.
 * @throws {RequestError} 412 unless they are met for sure (Protocol 4.01, 8.2.4 and 8.2.5)
 */
export function refuseConditions(req: Request) {
  if (req.method !== 'POST') return
  if ((req.get('If-Match') ?? '*').trim() !== '*')
    throw new RequestError('preconditionFailed', 'The service compares no entity tags with POST.', 'If-Match')
  if (req.get('If-None-Match')?.trim() === '*')
    throw new RequestError('preconditionFailed', 'The resource that is posted to exists.', 'If-None-Match')
}

/**
 * Negotiates the version of the response (Protocol 4.01, 5.2 and 8.1.5). Without `OData-MaxVersion` it is 4.0, as in
 * Graph.
 * @throws {RequestError} 400 if the service does not speak the version of the request, or the one that it asks for
 */
export function negotiateVersion(req: Request): '4.0' | '4.01' {
  const refused = (header: string) => new RequestError('badRequest', 'The service speaks OData 4.0 and 4.01.', header)
  if (![4, 4.01].includes(versionIn(req, 'OData-Version', 4))) throw refused('OData-Version')
  const most = versionIn(req, 'OData-MaxVersion', 4)
  if (!(most >= 4)) throw refused('OData-MaxVersion')
  return most >= 4.01 ? '4.01' : '4.0'
}

/** Whether the client accepts 4.01: it says so, or names no maximum (8.2.7). */
export function allows401(req: Request): boolean {
  return versionIn(req, 'OData-MaxVersion', 4.01) >= 4.01
}

/** The version in a header, NaN if it is none. Clients of Microsoft used to send more than that: `4.0;NetFx`. */
function versionIn(req: Request, name: string, otherwise: number): number {
  const sent = req.get(name)
  if (sent === undefined) return otherwise
  const [, version] = /^(\d+\.\d+)(;|$)/.exec(sent) ?? []
  return Number(version)
}

const PREFERENCE = /([^\s=,;"]+)(?:\s*=\s*("[^"]*"|[^\s,;"]*))?/g

/**
 * Reads the preferences of a request (8.2.8), by their names without the prefix `odata.` of version 4.0. If a
 * preference is repeated, the first one counts (RFC 7240, 2), and one without the prefix before one with it (8.2.8.5).
 */
export function preferences(req: Request): Map<string, string> {
  const found = new Map<string, string>()
  const sent = req.get('Prefer')
  if (!sent) return found
  const all = [...sent.matchAll(PREFERENCE)]
  const isPrefixed = ([text]: RegExpExecArray) => /^odata\./i.test(text)
  for (const [, name = '', value = ''] of all.sort((a, b) => Number(isPrefixed(a)) - Number(isPrefixed(b)))) {
    const key = name.toLowerCase().replace(/^odata\./, '')
    if (!found.has(key)) found.set(key, value.replaceAll('"', ''))
  }
  return found
}

/** Tells the client that a preference was applied. @param preference in the spelling of 4.0, `odata.maxpagesize=10` */
export function applied(res: Response, preference: string) {
  const isOf40 = res.get('OData-Version') === '4.0'
  res.append('Preference-Applied', isOf40 ? preference : preference.replace(/^odata\./, ''))
}
