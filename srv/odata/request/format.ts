/** The formats of answers: media types, and what their parameters ask for (OData JSON 4.01, section 3). */
import type { Resource } from './resource.ts'

export const JSON_TYPE = 'application/json'
export const NDJSON_TYPE = 'application/x-ndjson'
export const CSV_TYPE = 'text/csv'
export const XML_TYPE = 'application/xml'
export const MULTIPART_TYPE = 'multipart/mixed'

const BOOLEAN = ['true', 'false']
const LEVELS = ['minimal', 'full', 'none']

/** The parameters of a media type and their values; undefined stands for any value. */
type Parameters = Map<string, string[] | undefined>

/** Two have a second name from version 4.0. */
const OF_JSON: Parameters = new Map([
  ['metadata', LEVELS],
  ['odata.metadata', LEVELS],
  ['streaming', BOOLEAN],
  ['odata.streaming', BOOLEAN],
  ['ieee754compatible', BOOLEAN],
  ['exponentialdecimals', BOOLEAN]
])

const OF_CSV: Parameters = new Map([
  ['header', ['present', 'absent']],
  ['bom', ['present', 'absent']],
  ['formulas', ['escaped', 'kept']],
  ['part', undefined]
])

/** The parameters of the media types that have some. */
export const PARAMETERS = new Map([
  [JSON_TYPE, OF_JSON],
  [NDJSON_TYPE, OF_JSON],
  [CSV_TYPE, OF_CSV],
  [MULTIPART_TYPE, new Map([['boundary', undefined]])]
])

export interface JsonFormat {
  metadata: 'minimal' | 'full' | 'none'
  ieee754Compatible: boolean
  /** What the answer says of it, if anything. JSON is streamed, that is its members are in order, in any case. */
  streaming: boolean | undefined
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

/**
 * The media types of a resource, the preferred one first. Raw values and counts are text even for clients that accept
 * JSON only: many send the same `Accept` with all requests (OData Protocol 4.01, 11.2.10).
 * @param speaks401 whether the client accepts 4.01, which CSDL in JSON belongs to
 * @param isStreamed whether the answer can be a download
 */
export function mediaTypesOf(resource: Resource, speaks401: boolean, isStreamed: boolean): string[] {
  const { kind } = resource
  if (kind === 'collection' && isStreamed) return [JSON_TYPE, NDJSON_TYPE, CSV_TYPE]
  if (kind === 'metadata') return speaks401 ? [XML_TYPE, JSON_TYPE] : [XML_TYPE]
  const isText = kind === 'count' || (kind === 'property' && resource.suffix !== '')
  return isText ? ['text/plain', JSON_TYPE] : [JSON_TYPE]
}

/** Reads the parameters of a JSON media type. @param namesStreaming whether answers always say that they are streamed */
export function jsonFormat(parameters: Map<string, string>, namesStreaming: boolean): JsonFormat {
  const value = (name: string) => parameters.get(name) ?? parameters.get(`odata.${name}`)
  return {
    metadata: (value('metadata') as JsonFormat['metadata'] | undefined) ?? 'minimal',
    ieee754Compatible: value('ieee754compatible') === 'true',
    streaming: namesStreaming || value('streaming') !== undefined ? value('streaming') !== 'false' : undefined,
    namesCharset: parameters.has('charset')
  }
}

/** Reads the media type of a download; undefined if it is none. */
export function downloadFormat(type: string, parameters: Map<string, string>): DownloadFormat | undefined {
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
  const streamed = streaming === undefined ? '' : `;odata.streaming=${streaming}`
  const type = `${name};odata.metadata=${metadata}${streamed};IEEE754Compatible=${ieee754Compatible}`
  return namesCharset ? `${type};charset=utf-8` : type
}
