/** Batches, in JSON and in the multipart format. */
import type { clientOf, Json } from './service.ts'

export const path = '/auditLogs/provisioning'
export const at = '2024-05-01T12:00:00Z'

/** An answer in a batch in JSON. */
export interface Part {
  id: string
  status: number
  headers: Record<string, string>
  body: Json
}

/** A request in a batch in JSON that creates an event. */
export const post = (id: string, body: Json, more: Json = {}) => {
  return { id, method: 'POST', url: path, headers: { 'content-type': 'application/json' }, body, ...more }
}

/** A request in a batch in JSON that reads. */
export const get = (id: string, url: string, more: Json = {}) => ({ id, method: 'GET', url, ...more })

export const multipart = (boundary: string, parts: string[]) =>
  [...parts.map((part) => `--${boundary}\r\n${part}\r\n`), `--${boundary}--\r\n`].join('')

/** A part of a multipart batch with a request. */
export const http = (request: string, headers = '', body = '') =>
  `Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n${headers}\r\n${request} HTTP/1.1\r\n${body ? `Content-Type: application/json\r\n\r\n${body}` : '\r\n'}`

/** A part of a multipart batch that creates an event. */
export const creation = (id: string, headers = '', activityDateTime = at) =>
  http(`POST ${path}`, headers, JSON.stringify({ id, activityDateTime }))

export const changeSet = (parts: string[], type = 'multipart/mixed;boundary=c') =>
  `Content-Type: ${type}\r\n\r\n${multipart('c', parts)}`

/** The statuses in the answer to a multipart batch. */
export const statusesIn = (text: string) =>
  [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))

/** Functions that send batches to a service. */
export function batchesTo(service: ReturnType<typeof clientOf>) {
  return {
    /** Sends a batch in JSON, and gives its answers under their names. */
    batch: async (requests: Json[], root = '', headers?: Record<string, string>) => {
      const answer = await service.post(`${root}/$batch`, { requests }, headers)
      expect([answer.status, answer.text]).toEqual([200, expect.any(String)])
      const parts = answer.body.responses as Part[]
      return new Map(parts.map((part) => [part.id, part]))
    },

    /** Sends the parts of a multipart batch. */
    send: (parts: string[], root = '', type = 'multipart/mixed;boundary=b', headers: Record<string, string> = {}) =>
      service.send('POST', `${root}/$batch`, multipart('b', parts), { 'Content-Type': type, ...headers })
  }
}
