/** Events by the thousand. */
import type { clientOf, Json } from './service.ts'

/** Posts events, many in each batch. */
export async function postAll({ post }: ReturnType<typeof clientOf>, events: Json[]) {
  for (let start = 0; start < events.length; start += 200) {
    const requests = events
      .slice(start, start + 200)
      .map((body, id) => ({ id: `${id}`, method: 'POST', url: '/auditLogs/provisioning', body }))
    const { status: ofBatch, body } = await post('/$batch', { requests })
    expect([ofBatch, body.error]).toEqual([200, undefined])
    expect(new Set((body.responses as Json[]).map(({ status }) => status))).toEqual(new Set([201]))
  }
}
