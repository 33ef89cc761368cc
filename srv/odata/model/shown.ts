/**
 * The definitions of a service as its clients know them.
 *
 * A service may show entities of another one in another shape: as a projection in CDS. Clients know both shapes under
 * the same names, which CDS can give only once. So such a service has names of its own in CDS, and `@odata.namespace`
 * names the namespace that clients see instead.
 */
import cds from '@sap/cds'
import { queryOf, serviceOf, type Definition, type Model } from '../../cqn/csn.ts'
import { remembered } from '../../values/remembered.ts'

/** What was linked of a model, by service: a start needs each of three models four times. */
const copiesOf = remembered((_model: Model) => new Map<string, Model>())

/**
 * A linked copy of a model, which nobody changes: linking leaves traces that the generation of metadata cannot handle.
 * @param service of which only what clients know of it is copied, as {@link asShown} shows it
 */
export function linked(model: Model, service = ''): Model {
  const copies = copiesOf(model)
  const shown = () => structuredClone(service ? asShown(model, service) : model)
  const copy = copies.get(service) ?? cds.linked(shown() as never)
  copies.set(service, copy)
  return copy
}

/** The namespace that clients of a service see. */
export const namespaceOf = ({ definitions }: Model, service: string): string =>
  (definitions[service]?.['@odata.namespace'] as string | undefined) ?? service

/**
 * Copies what a service defines, under the names that clients see. Projections become entities: their structures have
 * the types that `@odata.shownAs` names, or else the types that clients know by the name of the type in the source.
 * What is said of the service that a projection comes from also holds for this one, unless it says otherwise.
 * @param model the loaded model, not linked
 */
export function asShown(model: Model, service: string): Model {
  const namespace = namespaceOf(model, service)
  const names = Object.keys(model.definitions).filter((name) => name.startsWith(`${service}.`))
  const shown = new Map(names.map((name) => [name, namespace + name.slice(service.length)]))
  const text = JSON.stringify(model.definitions, (_, value: unknown) => shown.get(value as string) ?? value)
  const all = JSON.parse(text) as Model['definitions']
  const definitions = { [namespace]: all[service] as Definition }
  for (const [name, each] of shown) definitions[each] = withoutQuery(all[name] as Definition)
  for (const each of names.map((name) => model.definitions[name] as Definition)) {
    const source = queryOf(each)?.from?.ref?.[0] ?? ''
    const { kind, ...said } = model.definitions[serviceOf(source)] ?? {}
    if (kind === 'service') definitions[namespace] = { ...said, ...(definitions[namespace] as Definition) }
  }
  return { ...model, definitions }
}

function withoutQuery(definition: Definition): Definition {
  if (!queryOf(definition)) return definition
  const { projection: _, query: _query, ...entity } = definition
  for (const element of Object.values(entity.elements ?? {})) {
    const shownAs = element['@odata.shownAs'] as string | undefined
    if (shownAs && element.items) element.items.type = shownAs
    else if (shownAs) element.type = shownAs
    if (element.type) delete element.elements
  }
  return entity
}

/**
 * Sorts definitions so that a service whose root is within that of another one precedes it. CAP serves services in the
 * order of the model, and a root takes all that is below it. Services that do not say in `@protocol` where they are come
 * before all others.
 */
export function rootsLast({ definitions }: Model): Model['definitions'] {
  const depth = ({ '@protocol': protocols }: Definition) =>
    Math.min(...[protocols ?? []].flat().flatMap((each) => (each as { path?: string }).path?.length ?? []))
  const services = Object.entries(definitions).filter(([, { kind }]) => kind === 'service')
  const inner = services.toSorted(([, a], [, b]) => depth(b) - depth(a))
  return Object.fromEntries([...inner, ...Object.entries(definitions)])
}
