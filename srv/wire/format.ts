/** Content negotiation: what representation a client asks for (OData JSON 4.01, section 3). */
import { RequestError } from './errors.ts'
import type { Resource } from './resource.ts'

const JSON_TYPE = 'application/json'

export type MetadataLevel = 'minimal' | 'full' | 'none'

/** A JSON representation. */
export interface JsonFormat {
  metadata: MetadataLevel
  ieee754Compatible: boolean
  streaming: boolean
}

interface MediaRange {
  type: string
  parameters: Record<string, string>
  quality: number
}

/**
 * The media types that a resource can be asked for as, the preferred one first. Raw values and counts are text whatever
 * is asked for: many clients accept JSON only, in all requests, and mean no less by it (OData Protocol 4.01, 11.2.10).
 * @param speaks401 whether the client allows 4.01, of which the JSON representation of CSDL is a part
 */
export function mediaTypesOf(resource: Resource, speaks401: boolean): string[] {
  const { kind } = resource
  if (kind === 'metadata') return speaks401 ? ['application/xml', JSON_TYPE] : ['application/xml']
  const isText = kind === 'count' || (kind === 'property' && resource.suffix !== '')
  return isText ? ['text/plain', JSON_TYPE] : [JSON_TYPE]
}

const SHORT_FORMS = new Map([
  ['json', 'application/json'],
  ['xml', 'application/xml']
])

/**
 * Chooses among the media types that a resource has. `$format` wins over `Accept` (OData Protocol 4.01, 11.2.12).
 * @param offered the media types that the resource has, the preferred one first
 * @param $format the query option, if sent
 * @param accept the header, if sent
 * @returns the chosen media type with its parameters
 * @throws {RequestError} 406 if none of them is acceptable
 */
export function negotiate(offered: string[], $format: string | undefined, accept: string | undefined) {
  const ranges = mediaRanges($format ? (SHORT_FORMS.get($format) ?? $format) : accept || '*/*')
  for (const range of ranges) {
    const type = offered.find((each) => matches(each, range.type))
    if (type && range.quality > 0 && isKnown(range)) return { type, parameters: range.parameters }
  }
  const target = $format ? '$format' : 'Accept'
  throw new RequestError('notAcceptable', `The service can answer with ${offered.join(' or ')} only.`, target)
}

/** Reads the parameters of a JSON media type, with or without the prefix `odata.` of version 4.0. */
export function jsonFormat(parameters: Record<string, string>): JsonFormat {
  return {
    metadata: (parameters.metadata as MetadataLevel) ?? 'minimal',
    ieee754Compatible: parameters.ieee754compatible === 'true',
    streaming: parameters.streaming !== 'false'
  }
}

/** The Content-Type of a JSON representation, in the order that Microsoft Graph uses. */
export function contentType({ metadata, ieee754Compatible, streaming }: JsonFormat): string {
  return `application/json;odata.metadata=${metadata};odata.streaming=${streaming};IEEE754Compatible=${ieee754Compatible};charset=utf-8`
}

function mediaRanges(header: string): MediaRange[] {
  const ranges = header.split(',').map((each) => {
    const [type = '', ...rest] = each.split(';').map((part) => part.trim().toLowerCase())
    const parameters = Object.fromEntries(
      rest.map((part) => {
        const [name = '', value = ''] = part.split('=')
        return [name.trim().replace(/^odata\./, ''), value.trim().replace(/^"(.*)"$/, '$1')]
      })
    )
    const { q = '1', ...others } = parameters
    return { type, parameters: others, quality: Number(q) }
  })
  return ranges.sort((a, b) => b.quality - a.quality) // stable: equal ones stay in the client's order
}

function matches(offered: string, range: string) {
  return range === '*/*' || range === offered || range === offered.replace(/\/.*/, '/*')
}

function isKnown({ parameters: { metadata, charset, ieee754compatible } }: MediaRange) {
  return (
    [undefined, 'minimal', 'full', 'none'].includes(metadata) &&
    [undefined, 'utf-8', 'utf8'].includes(charset) &&
    [undefined, 'true', 'false'].includes(ieee754compatible)
  )
}
