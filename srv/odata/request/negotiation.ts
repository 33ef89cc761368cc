/** Content negotiation (OData JSON 4.01, section 3; Protocol 4.01, 8.2.1). */
import type { Request } from 'express'
import { RequestError } from '../../errors/errors.ts'
import { remembered } from '../../values/remembered.ts'
import { CSV_TYPE, JSON_TYPE, MULTIPART_TYPE, NDJSON_TYPE, PARAMETERS, XML_TYPE } from './format.ts'

interface MediaRange {
  type: string
  parameters: Map<string, string>
  quality: number
}

const SHORT_FORMS = new Map(Object.entries({ json: JSON_TYPE, xml: XML_TYPE, ndjson: NDJSON_TYPE, csv: CSV_TYPE }))

/**
 * Chooses among the media types that a resource has. `$format` wins over `Accept` (11.2.11).
 * @param offered the media types that the resource has, the preferred one first
 * @param batch the request of the batch that this one is in: its formats are those of requests that name none (8.2.1),
 *   but are disregarded where the resource has none of them (RFC 9110, 12.5.1)
 * @returns the chosen media type with its parameters
 * @throws {RequestError} 406 if none is acceptable; a type with an unknown format parameter is not
 */
export function negotiate(offered: string[], req: Request, $format: string | undefined, batch?: Request) {
  const acceptCharset = req.get('Accept-Charset')
  if (acceptCharset && !takesUtf8(acceptCharset))
    throw new RequestError('notAcceptable', 'The service answers in UTF-8 only.', 'Accept-Charset')
  const wanted = wantedBy(req, $format)
  const target = $format === undefined ? 'Accept' : '$format'
  const ranges = rangesIn(wanted, target)
  const ofBatch = wanted === undefined && batch ? choose(offered, rangesOfBatch(batch)) : undefined
  const chosen = ofBatch ?? choose(offered, ranges, acceptCharset)
  if (chosen) return chosen
  // JSON with a level of metadata is data: who accepts that of a schema sends the same Accept with all requests
  if ($format === undefined && offered[0] === XML_TYPE && ranges.some(isOfData))
    return { type: XML_TYPE, parameters: new Map<string, string>() }
  const what = `${offered.join(' or ')} only${unknownIn(ranges, offered)}`
  throw new RequestError('notAcceptable', `The service can answer with ${what}.`, target)
}

const isOfData = ({ type, parameters, quality }: MediaRange) =>
  type === JSON_TYPE && quality > 0 && (parameters.has('odata.metadata') || parameters.has('metadata'))

/** The first parameter for which a type that is offered is not the one that is wanted. */
function unknownIn(ranges: MediaRange[], offered: string[]): string {
  const ofOffered = ranges.filter(({ type }) => offered.includes(type))
  const [unknown] = ofOffered.flatMap(({ type, parameters }) => [...parameters].filter((each) => !isKnown(type, each)))
  return unknown ? `, without '${unknown.join('=')}'` : ''
}

/**
 * Whether the answer to a batch is multipart: as the batch is, unless its client prefers the other format.
 * @throws {RequestError} 406 if the client accepts neither
 */
export function prefersMultipart(req: Request, $format: string | undefined): boolean {
  const isMultipart = Boolean(req.is(MULTIPART_TYPE))
  const formats = isMultipart ? [MULTIPART_TYPE, JSON_TYPE] : [JSON_TYPE, MULTIPART_TYPE]
  negotiate(formats, req, $format)
  const ranges = rangesIn(wantedBy(req, $format))
  const [own = 0, other = 0] = formats.map((each) => choose([each], ranges)?.quality)
  return isMultipart === own >= other
}

function wantedBy(req: Request, $format: string | undefined): string | undefined {
  if ($format === undefined) return req.get('Accept') || undefined
  return SHORT_FORMS.get($format.toLowerCase()) ?? $format
}

const ANYTHING: MediaRange[] = [{ type: '*/*', parameters: new Map(), quality: 1 }]

const rangesIn = (wanted: string | undefined, target?: string) =>
  wanted === undefined ? ANYTHING : mediaRanges(wanted, target)

/** Parsed once, however many requests a batch has. */
const rangesOfBatch = remembered((batch: Request) => mediaRanges(batch.get('Accept') ?? ''))

/** The best of the media ranges that one of the types matches, unless a more specific range refuses the type. */
function choose(offered: string[], ranges: MediaRange[], acceptCharset?: string) {
  const refusals = ranges.filter((each) => each.quality === 0 && !each.parameters.size)
  const widest = refusals.length ? new Map(offered.map((type) => [type, widestFor(type, refusals)])) : undefined
  const isRefused = (type: string, range: string) => widest && wildcards(range) > (widest.get(type) ?? 0)
  for (const { type: range, parameters, quality } of ranges) {
    const type = offered.find((each) => matches(each, range) && !isRefused(each, range))
    if (type && quality > 0 && [...parameters].every((each) => isKnown(type, each, acceptCharset)))
      return { type, parameters, quality }
  }
  return undefined
}

const wildcards = (range: string) => range.split('*').length - 1

/** How many wildcards ranges may have that stand for a type: those of the range that refuses it (RFC 9110, 12.5.1). */
function widestFor(type: string, refusals: MediaRange[]) {
  return Math.min(...refusals.filter((each) => matches(type, each.type)).map((each) => wildcards(each.type)), 2)
}

/** The most ranges in a header: each request of a batch looks at all of those of the batch. Browsers send ten. */
const MOST_RANGES = 100

/** @throws {RequestError} 400 for more ranges than a client can need */
function mediaRanges(header: string, target = 'Accept'): MediaRange[] {
  const parts = header.split(',', MOST_RANGES + 1)
  if (parts.length > MOST_RANGES)
    throw new RequestError('badRequest', `A request must name at most ${MOST_RANGES} formats or charsets.`, target)
  const ranges = parts.map((each) => {
    const [type = '', ...rest] = each.split(';').map((part) => part.trim().toLowerCase())
    const parameters = new Map<string, string>()
    for (const part of rest.filter(Boolean)) {
      // a semicolon may be the last (RFC 9110, 5.6.6)
      const [name = '', value = ''] = part.split('=')
      parameters.set(name.trim(), value.trim().replace(/^"(.*)"$/, '$1'))
    }
    const quality = Number(parameters.get('q') ?? 1)
    parameters.delete('q')
    return { type, parameters, quality }
  })
  return ranges.sort((a, b) => b.quality - a.quality) // stable: equal ones stay in the client's order
}

function matches(offered: string, range: string) {
  return range === '*/*' || range === offered || range === offered.replace(/\/.*/, '/*')
}

function isKnown(type: string, [name, value]: [string, string], acceptCharset?: string) {
  // Accept-Charset wins
  if (name === 'charset') return acceptCharset !== undefined || ['utf-8', 'utf8'].includes(value)
  const known = PARAMETERS.get(type)
  return known?.has(name) && (known.get(name)?.includes(value) ?? true)
}

function takesUtf8(acceptCharset: string) {
  const ranges = mediaRanges(acceptCharset, 'Accept-Charset')
  const named = ranges.find(({ type }) => ['utf-8', 'utf8'].includes(type)) ?? ranges.find(({ type }) => type === '*')
  return named !== undefined && named.quality > 0
}
