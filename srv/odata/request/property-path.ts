/** Paths to the properties of an entity, below its key (OData URL Conventions 4.01, 4.6 to 4.9). */
import { RequestError } from '../../errors/errors.ts'
import { isStructured, propertyNamed, valueTypeNamed, type Property, type StructuredType } from '../model/types.ts'

export interface PropertyPath {
  path: PathStep[]
  /** The last property on the path. */
  property: Property
  /** Whether the path leads on to a member of an open type. */
  isMember: boolean
  suffix: '' | '$value' | '$count'
}

/** A step on the path to a property: a property, a cast to a derived type, or a member of an open type. */
export interface PathStep {
  name: string
  property?: Property
  cast?: StructuredType
}

/**
 * Follows a path from the type of an entity.
 * @param segments the whole path, for errors
 * @throws {RequestError} 404 if nothing can exist there, 501 for what the service does not implement
 */
export function resolveProperty(names: string[], entityType: StructuredType, segments: string[]): PropertyPath {
  const path: PathStep[] = []
  let type: Property['type'] | undefined = entityType
  let property: Property | undefined
  let suffix: PropertyPath['suffix'] = ''
  for (const [index, name] of names.entries()) {
    const isFinal = index === names.length - 1
    const isPrimitive = type === undefined || (property !== undefined && !isStructured(type))
    if (isFinal && name === '$count' && property?.collection) suffix = name
    else if (isFinal && name === '$value' && isPrimitive && !property?.collection) suffix = name
    else if (type === undefined || (isStructured(type) && type.open)) {
      if (name === '$count') throw notImplemented(segments)
      path.push({ name }) // a member of an open type, which may or may not exist
      type = undefined
    } else {
      const cast: StructuredType | undefined = property && valueTypeNamed(property, name)
      const next: Property | undefined =
        isStructured(type) && !property?.collection ? propertyNamed(type, name) : undefined
      const step = cast ? { name, cast } : next && { name: next.name, property: next }
      if (!step) throw notFound(segments)
      path.push(step)
      property = next ?? property
      type = cast ?? next?.type
    }
  }
  if (!property) throw notFound(segments)
  return { path, property, isMember: type === undefined, suffix }
}

/** The error of a path that the service does not implement. */
export function notImplemented(segments: string[]) {
  return new RequestError('notImplemented', `The service does not implement '${segments.join('/')}'.`)
}

/** The error of a path at which nothing can exist. */
export function notFound(segments: string[]) {
  return new RequestError('resourceNotFound', `There is no resource at '${segments.join('/')}'.`)
}
