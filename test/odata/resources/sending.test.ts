import { request } from 'node:http'
import { at, batchesTo, creation, path, post, statusesIn } from '../../support/batch.ts'
import { query, sharedService, valuesOf } from '../../support/service.ts'

/** Senders that get no answer and send again, as docs/clients.md tells of them: each event is stored once. */

const service = sharedService()
const { batch, send } = batchesTo(service)

const event = (id: string, jobId = 'first') => ({ id, activityDateTime: at, jobId })

/** The ids and jobs of the events with ids that begin so. */
async function stored(name: string) {
  const answer = await service.get(
    query(path, { $filter: `startswith(id,'${name}')`, $select: 'id,jobId', $orderby: 'id' })
  )
  return valuesOf(answer).map(({ id, jobId }) => `${String(id)} ${String(jobId)}`)
}

const statuses = async (requests: object[]) =>
  [...(await batch(requests as never)).values()].map(({ status }) => status)

describe('An event that is sent again', () => {
  it('by itself, is stored once, and has the ETag that the first answer had', async () => {
    const first = await service.post(path, event('single'))
    const again = await service.post(path, event('single', 'second'))
    expect([first.status, again.status]).toEqual([201, 409])
    expect(again.body.error).toMatchObject({ code: 'resourceExists', target: 'id' })
    const read = await service.get(`${path}('single')`)
    expect(read.headers.get('etag')).toBe(first.headers.get('etag'))
    expect(await stored('single')).toEqual(['single first'])
  })

  it('while the first attempt is under way, is stored by one of them', async () => {
    const jobs = Array.from({ length: 20 }, (_, index) => `job ${index}`)
    const answers = await Promise.all(jobs.map((job) => service.post(path, event('at-once', job))))
    const [winner, ...others] = jobs.filter((_, index) => answers[index]?.status === 201)
    expect(others).toEqual([])
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
    expect(await stored('at-once')).toEqual([`at-once ${winner}`])
  })

  it('after its sender went while it waited for the answer, is stored once', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `gone-${index}`)
    await Promise.all(
      ids.map(
        (id) =>
          new Promise<void>((resolve) => {
            const headers = { 'Content-Type': 'application/json' }
            const sent = request(service.url + path, { method: 'POST', agent: false, headers })
            sent.on('error', () => {}).once('close', resolve)
            sent.end(JSON.stringify(event(id)), () => sent.destroy())
          })
      )
    )
    for (const id of ids) expect([201, 409]).toContain((await service.post(path, event(id))).status)
    expect(await stored('gone-')).toEqual(ids.map((id) => `${id} first`))
  })

  it('in a batch in JSON, leaves the others as they are', async () => {
    const requests = (...ids: string[]) => ids.map((id, index) => post(String(index), event(id)))
    expect(await statuses(requests('json-1', 'json-2'))).toEqual([201, 201])
    expect(await statuses(requests('json-1', 'json-2', 'json-3', 'json-3'))).toEqual([409, 409, 201, 409])
    expect(await stored('json-')).toEqual(['json-1 first', 'json-2 first', 'json-3 first'])
  })

  it('in a multipart batch, ends it unless it is to go on', async () => {
    const parts = ['part-1', 'part-2'].map((id) => creation(id))
    expect(statusesIn((await send(parts.slice(0, 1))).text)).toEqual([201])
    expect(statusesIn((await send(parts)).text)).toEqual([409])
    const goOn = { Prefer: 'continue-on-error' }
    expect(statusesIn((await send(parts, '', undefined, goOn)).text)).toEqual([409, 201])
    expect(await stored('part-')).toEqual(['part-1 null', 'part-2 null'])
  })

  it('in a group, has it refused: all of it is stored, or was by an earlier attempt, or is to be sent without that event', async () => {
    const group = (...ids: string[]) => ids.map((id, index) => post(String(index), event(id), { atomicityGroup: 'g' }))
    expect(await statuses(group('group-1', 'group-2'))).toEqual([201, 201])
    expect((await statuses(group('group-1', 'group-2'))).toSorted()).toEqual([409, 424])
    expect(await statuses(group('group-3', 'group-2'))).toEqual([424, 409])
    expect(await stored('group-')).toEqual(['group-1 first', 'group-2 first'])
    expect(await statuses(group('group-3'))).toEqual([201])
  })

  it('without an id, is another event', async () => {
    const answers = [
      await service.post(path, { activityDateTime: at }),
      await service.post(path, { activityDateTime: at })
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    expect(answers[0]?.body.id).not.toBe(answers[1]?.body.id)
  })

  it('with an id in another case, is another event', async () => {
    for (const id of ['case-a', 'case-A']) expect((await service.post(path, event(id))).status).toBe(201)
    expect(await stored('case-')).toEqual(['case-A first', 'case-a first'])
  })
})
