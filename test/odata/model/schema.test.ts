import { join } from 'node:path'
import cds from '@sap/cds'
import { confined } from '../../../srv/access/tenants.ts'
import { serviceSchema } from '../../../srv/odata/model/schema.ts'
import type { Model } from '../../../srv/cqn/csn.ts'

const SERVICE = 'microsoft.graph'
const EVENTS = 'microsoft.graph.provisioningObjectSummary'

/** The model of the service, in which names of elements are others. */
async function modelWith(renamed: Record<string, string>): Promise<Model> {
  const csn = (await cds.load(join(__dirname, '../../../srv'))) as unknown as Model
  for (const name of [EVENTS, 'microsoft.graph.Arrivals', 'microsoft.graph.Counts']) {
    const { elements = {} } = csn.definitions[name]!
    const names = Object.entries(elements).map(([each, element]) => [renamed[each] ?? each, element])
    csn.definitions[name]!.elements = Object.fromEntries(names) as typeof elements
  }
  return csn
}

const NAMES = {
  tenant: 'owner',
  emptyObjects: 'voids',
  representation: 'shown',
  representationTag: 'mark',
  sequence: 'place',
  event: 'what',
  events: 'many'
}

it('Columns that are not shown are known by what the model says of them, not by their names', async () => {
  const model = await modelWith(NAMES)
  const schema = serviceSchema(model, SERVICE)
  expect(schema.stored.type.hidden).toEqual({
    emptyObjects: 'voids',
    representation: 'shown',
    representationTag: 'mark'
  })
  expect(schema.identity).toEqual(['id', 'owner'])
  expect(schema.arrivals).toEqual({
    entity: 'microsoft.graph.Arrivals',
    sequence: 'place',
    identity: ['what', 'owner']
  })
  expect(schema.counts).toEqual({ entity: 'microsoft.graph.Counts', count: 'many' })
  const user = new cds.User({ id: 'a', attr: { tenant: 't' } } as never)
  const query = { SELECT: { from: { ref: ['microsoft.graph.Counts'] } } }
  expect(confined(query, user, model as never)).toMatchObject({
    SELECT: { where: [{ ref: ['owner'] }, '=', { val: 't' }] }
  })
})

it('A model that does not say what its columns are for is refused, as is a query of rows whose tenant nobody knows', async () => {
  const model = await modelWith({})
  for (const name of [EVENTS, 'microsoft.graph.Arrivals'])
    for (const element of Object.values(model.definitions[name]!.elements!)) delete element['@holds']
  expect(() => serviceSchema(model, SERVICE)).toThrow('@holds')
  const query = { SELECT: { from: { ref: [EVENTS] } } }
  const user = new cds.User({ id: 'a', attr: { tenant: 't' } } as never)
  expect(() => confined(query, user, model as never)).toThrow('cannot be confined')
})

it('A projection without a column for what its type shows is refused at start', async () => {
  const service = 'graph.v1'
  const load = async () => (await cds.load(join(__dirname, '../../../srv'))) as unknown as Model
  const [whole, model] = [await load(), await load()]
  expect(() => serviceSchema(whole, service)).not.toThrow()
  const { elements } = model.definitions[`${service}.provisioningObjectSummary`]!
  delete elements!.provisioningStatusInfo!.elements!.presence
  expect(() => serviceSchema(model, service)).toThrow(
    "Entity 'graph.v1.provisioningObjectSummary' must have an element for the column 'provisioningStatusInfo_presence'."
  )
  const other = await load()
  delete other.definitions[`${service}.provisioningObjectSummary`]!.elements!.activityDateTime_utc
  expect(() => serviceSchema(other, service)).toThrow("must have an element for the column 'activityDateTime_utc'.")
})
