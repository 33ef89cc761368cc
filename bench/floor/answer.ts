/** What all answers have in common, whatever server sends them. */
import { Refusal } from './values.ts'

export interface Answer {
  status: number
  headers: Record<string, string>
  body: Uint8Array
}

/** The path of the log. */
export const PATH = 'auditLogs/provisioning'

const JSON_TYPE = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'
const VERSION = '4.0'

/** An answer with JSON, of parts that are UTF-8 or text. */
export function json(status: number, chunks: (Uint8Array | string)[]): Answer {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk))
  const body = bytes.length === 1 ? (bytes[0] as Uint8Array) : Buffer.concat(bytes)
  return { status, headers: { 'Content-Type': JSON_TYPE, 'OData-Version': VERSION }, body }
}

/** The plain text of a number. */
export function plainText(value: number): Answer {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'OData-Version': VERSION }
  return { status: 200, headers, body: Buffer.from(String(value)) }
}

/** How the JSON of an event begins. */
export function entityStart(root: string) {
  return `{"@odata.context":"${root}$metadata#${PATH}/$entity",`
}

/** How the JSON of a page begins. */
export function collectionStart(root: string, selection = '') {
  return `{"@odata.context":"${root}$metadata#${PATH}${selection}","value":[`
}

/** The URL of an event. */
export function location(root: string, id: string) {
  return `${root}${PATH}('${encodeURIComponent(id.replaceAll("'", "''"))}')`
}

/** A response of a batch, as JSON text. */
export function partText(id: unknown, status: number, headers: string, body: string) {
  const length = Buffer.byteLength(body)
  const all = `"odata-version":"${VERSION}",${headers}"content-type":"${JSON_TYPE}","content-length":"${length}"`
  return `{"id":${JSON.stringify(id)},"status":${status},"headers":{${all}},"body":${body}}`
}

/** The answer to a request that failed. */
export function errorAnswer(error: unknown): Answer {
  const refusal = error instanceof Refusal ? error : undefined
  return json(refusal?.status ?? 500, [Buffer.from(errorText(refusal))])
}

/** The JSON of an error; of none, that of a failure of the server. */
export function errorText(refusal: Refusal | undefined) {
  const { code = 'internalError', message = 'The request failed.', target } = refusal ?? {}
  const innerError = { date: new Date().toISOString().slice(0, 19) }
  return JSON.stringify({ error: { code, message, ...(target && { target }), innerError } })
}

/** Reads JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'invalidBody', 'The request body is not JSON.')
  }
}
