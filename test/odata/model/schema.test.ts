import { join } from 'node:path'
import cds from '@sap/cds'
import { confined, expectConfined } from '../../../srv/access/tenants.ts'
import { serviceSchema } from '../../../srv/odata/model/schema.ts'
import type { Element, Model } from '../../../srv/cqn/csn.ts'

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

const OTHER = 'use String, LargeString or Int32'
const NO_DATE = 'has the type Edm.DateTimeOffset, which only properties of entities with @instant can have'

it.each<[Element, string]>([
  [{ type: 'cds.Boolean' }, `has the unsupported type 'cds.Boolean': ${OTHER}`],
  [{ type: 'cds.Decimal' }, `has the unsupported type 'cds.Decimal': ${OTHER}`],
  [{ type: 'cds.Timestamp' }, `has the unsupported type 'cds.Timestamp': ${OTHER}`],
  [{ type: 'cds.String', '@odata.Type': 'Edm.Duration' }, `has the unsupported type 'Edm.Duration': ${OTHER}`],
  [{ type: 'cds.String', '@odata.Type': 'Edm.DateTimeOffset' }, NO_DATE],
  [
    { items: { type: 'cds.String' } },
    'is a collection of primitive values: define a type with one property for the items'
  ],
  [{ elements: { a: { type: 'cds.String' } } }, 'has a structure without a name: define a type for it'],
  [{ items: { elements: { a: { type: 'cds.String' } } } }, 'has a structure without a name: define a type for it'],
  [{ type: 'cds.Map' }, 'has the type Map: define a type for it, such as microsoft.graph.detailsInfo'],
  [{ type: 'cds.Association', target: EVENTS }, 'is a navigation property, which events cannot have'],
  [{ type: 'cds.String', virtual: true }, 'is virtual, and events are shown as they are stored'],
  [{ type: 'cds.String', value: { ref: ['action'] } }, 'is calculated, and events are shown as they are stored'],
  [{ type: 'cds.String', localized: true }, 'is localized, and events have no translations'],
  [
    { type: 'cds.String', '@cds.on.insert': { '=': '$user' } },
    'is managed, which only columns of other entities are: fill it in a handler of CREATE'
  ],
  [
    { type: 'cds.String', '@assert': { xpr: [] } },
    'has an @assert that only CAP can check: use @assert.format, @assert.range or a handler of CREATE'
  ],
  [
    { type: 'cds.String', '@assert.format': '(a)\\1' },
    'has an @assert.format that RE2 does not take as a regular expression'
  ],
  [{ type: 'cds.String', '@assert.range': ['a', 'b'] }, 'has an @assert.range that is not one of whole numbers'],
  [{ type: 'cds.Int32', '@assert.range': [1] }, 'has an @assert.range that is not one of whole numbers'],
  [{ type: 'cds.String', default: {} }, 'has a default that is not a literal'],
  [
    { type: 'microsoft.graph.statusDetails', '@odata.declaredType': 'microsoft.graph.statusBase' },
    'has @odata.declaredType without @odata.typeColumn, the hidden column that has the type of the value'
  ]
])('An element that events cannot have is refused at the start in a sentence: %j', async (element, why) => {
  const model = await modelWith({})
  model.definitions[EVENTS]!.elements!.extra = element
  expect(() => serviceSchema(model, SERVICE)).toThrow(`Element 'extra' of '${EVENTS}' ${why}.`)
  const inType = await modelWith({})
  inType.definitions['microsoft.graph.provisioningStep']!.elements!.extra = element
  expect(() => serviceSchema(inType, SERVICE)).toThrow(`Element 'extra' of 'microsoft.graph.provisioningStep' ${why}.`)
})

it('A point in time within a complex type is refused, as its instant would have no column', async () => {
  const model = await modelWith({})
  const point = { type: 'cds.String', '@odata.Type': 'Edm.DateTimeOffset', '@instant': 'x' } as const
  model.definitions['microsoft.graph.initiator']!.elements!.extra = point
  expect(() => serviceSchema(model, SERVICE)).toThrow(`Element 'extra' of 'microsoft.graph.initiator' ${NO_DATE}.`)
})

it('A service that would show events to all tenants is refused at the start', async () => {
  const model = await modelWith({})
  expectConfined(model)
  const why = 'only services with a singleton and @impl audit-log-service.ts can show it.'
  for (const source of [EVENTS, 'provisioning.log.Arrivals', 'microsoft.graph.Tallies']) {
    const query = { SELECT: { from: { ref: [source] } } }
    const others = { other: { kind: 'service' }, 'other.Events': { kind: 'entity', query } }
    expect(() => expectConfined({ definitions: { ...model.definitions, ...others } })).toThrow(
      `Entity 'other.Events' would show '${source}' to all tenants: ${why}`
    )
  }
})

it('A restriction by a condition is refused at the start, as kept counts and known statements would not follow it', async () => {
  const model = await modelWith({})
  const event = model.definitions[EVENTS]!
  const restrictions = [{ grant: 'READ', to: 'read', where: "action = 'Create'" }]
  const restricted = { ...model.definitions, [EVENTS]: { ...event, '@restrict': restrictions } }
  expect(() => expectConfined({ definitions: restricted })).toThrow(
    `Entity '${EVENTS}' has @restrict with 'where': the log is confined by roles and tenants only.`
  )
})

it('A service with another log is refused at the start: there is one', async () => {
  const model = await modelWith({})
  const elements = { all: { type: 'cds.Composition', target: 'other.Devices' } }
  const others = {
    other: { kind: 'service' },
    'other.root': { kind: 'entity', '@odata.singleton': true, elements },
    'other.Devices': { kind: 'entity', elements: { id: { type: 'cds.String', key: true } } }
  }
  expect(() => serviceSchema({ definitions: { ...model.definitions, ...others } }, 'other')).toThrow(
    `'other.Devices' is not a projection of '${EVENTS}': a service of this protocol shows the one log that there is.`
  )
})
