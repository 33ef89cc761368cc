/** Content negotiation (OData JSON 4.01, section 3; Protocol 4.01, 8.2.1). */
import type { Request } from 'express'
import { RequestError } from '../../errors/errors.ts'
import type { Resource } from './resource.ts'

const JSON_TYPE = 'application/json'
const NDJSON_TYPE = 'application/x-ndjson'
const CSV_TYPE = 'text/csv'

export interface JsonFormat {
  metadata: 'minimal' | 'full' | 'none'
  ieee754Compatible: boolean
  streaming: boolean
  /** Whether the client named a charset, so that the answer names it, too. */
  namesCharset: boolean
}

/** How a collection is sent as a whole: in CSV, or as a line of JSON for each entity. */
export interface DownloadFormat {
  csv: CsvFormat | undefined
}

/** A representation in CSV (RFC 4180). */
export interface CsvFormat {
  /** Whether the first line names the columns (RFC 4180, section 3). */
  hasHeader: boolean
  /** Whether a byte order mark comes first: without it Excel does not read UTF-8. */
  hasMark: boolean
  /** Whether texts that spreadsheets would run as formulas come as they are. */
  keepsFormulas: boolean
  /** The part of the entities that is wanted, in lower case; undefined for all of them. */
  part: string | undefined
}

interface MediaRange {
  type: string
  parameters: Map<string, string>
  quality: number
}

/**
 * The media types of a resource, the preferred one first. Raw values and counts are text even for clients that accept
 * JSON only: many send the same `Accept` with all requests (OData Protocol 4.01, 11.2.10).
 * @param speaks401 whether the client accepts 4.01, which CSDL in JSON belongs to
 * @param isStreamed whether the answer can be a download
 */
export function mediaTypesOf(resource: Resource, speaks401: boolean, isStreamed: boolean): string[] {
  const { kind } = resource
  if (kind === 'collection' && isStreamed) return [JSON_TYPE, NDJSON_TYPE, CSV_TYPE]
  if (kind === 'metadata') return speaks401 ? ['application/xml', JSON_TYPE] : ['application/xml']
  const isText = kind === 'count' || (kind === 'property' && resource.suffix !== '')
  return isText ? ['text/plain', JSON_TYPE] : [JSON_TYPE]
}

const BOOLEAN = ['true', 'false']
const LEVELS = ['minimal', 'full', 'none']

/** The format parameters of JSON and their values. Two have a second name from version 4.0. */
const JSON_PARAMETERS = new Map<string, string[] | undefined>([
  ['metadata', LEVELS],
  ['odata.metadata', LEVELS],
  ['streaming', BOOLEAN],
  ['odata.streaming', BOOLEAN],
  ['ieee754compatible', BOOLEAN],
  ['exponentialdecimals', BOOLEAN]
])

/** Those of CSV; undefined stands for any value. */
const CSV_PARAMETERS: typeof JSON_PARAMETERS = new Map([
  ['header', ['present', 'absent']],
  ['bom', ['present', 'absent']],
  ['formulas', ['escaped', 'kept']],
  ['part', undefined]
])

const PARAMETERS = new Map([
  [JSON_TYPE, JSON_PARAMETERS],
  [NDJSON_TYPE, JSON_PARAMETERS],
  [CSV_TYPE, CSV_PARAMETERS]
])

const SHORT_FORMS = new Map(
  Object.entries({ json: JSON_TYPE, xml: 'application/xml', ndjson: NDJSON_TYPE, csv: CSV_TYPE })
)

/**
 * Chooses among the media types that a resource has. `$format` wins over `Accept` (11.2.12).
 * @param offered the media types that the resource has, the preferred one first
 * @returns the chosen media type with its parameters
 * @throws {RequestError} 406 if none is acceptable; a type with an unknown format parameter is not
 */
export function negotiate(offered: string[], req: Request, $format: string | undefined) {
  const acceptCharset = req.get('Accept-Charset')
  if (acceptCharset !== undefined && !takesUtf8(acceptCharset))
    throw new RequestError('notAcceptable', 'The service answers in UTF-8 only.', 'Accept-Charset')
  const wanted =
    $format === undefined ? req.get('Accept') || '*/*' : (SHORT_FORMS.get($format.toLowerCase()) ?? $format)
  for (const range of mediaRanges(wanted)) {
    const type = offered.find((each) => matches(each, range.type))
    if (type && range.quality > 0 && isKnown(type, range, acceptCharset)) return { type, parameters: range.parameters }
  }
  const target = $format === undefined ? 'Accept' : '$format'
  throw new RequestError('notAcceptable', `The service can answer with ${offered.join(' or ')} only.`, target)
}

/** Reads the parameters of a JSON media type. */
export function jsonFormat(parameters: MediaRange['parameters']): JsonFormat {
  const value = (name: string) => parameters.get(name) ?? parameters.get(`odata.${name}`)
  return {
    metadata: (value('metadata') as JsonFormat['metadata'] | undefined) ?? 'minimal',
    ieee754Compatible: value('ieee754compatible') === 'true',
    streaming: value('streaming') !== 'false',
    namesCharset: parameters.has('charset')
  }
}

/** Reads the media type of a download; undefined if it is none. */
export function downloadFormat(type: string, parameters: MediaRange['parameters']): DownloadFormat | undefined {
  if (type === NDJSON_TYPE) return { csv: undefined }
  if (type !== CSV_TYPE) return undefined
  const csv = {
    hasHeader: parameters.get('header') !== 'absent',
    hasMark: parameters.get('bom') === 'present',
    keepsFormulas: parameters.get('formulas') === 'kept',
    part: parameters.get('part')
  }
  return { csv }
}

/** The Content-Type of a JSON representation, in the order that Microsoft Graph uses. */
export function contentType(
  { metadata, ieee754Compatible, streaming, namesCharset }: JsonFormat,
  name = JSON_TYPE
): string {
  const type = `${name};odata.metadata=${metadata};odata.streaming=${streaming};IEEE754Compatible=${ieee754Compatible}`
  return namesCharset ? `${type};charset=utf-8` : type
}

function mediaRanges(header: string): MediaRange[] {
  const ranges = header.split(',').map((each) => {
    const [type = '', ...rest] = each.split(';').map((part) => part.trim().toLowerCase())
    const parameters = new Map<string, string>()
    for (const part of rest) {
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

function isKnown(type: string, { parameters }: MediaRange, acceptCharset: string | undefined) {
  return [...parameters].every(([name, value]) => {
    // Accept-Charset wins
    if (name === 'charset') return acceptCharset !== undefined || ['utf-8', 'utf8'].includes(value)
    const known = PARAMETERS.get(type)
    return known?.has(name) && (known.get(name)?.includes(value) ?? true)
  })
}

function takesUtf8(acceptCharset: string) {
  return mediaRanges(acceptCharset).some(({ type, quality }) => ['utf-8', 'utf8', '*'].includes(type) && quality > 0)
}
