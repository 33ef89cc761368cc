/** The names of annotations and control information in values of open types (OData JSON 4.01, 4.5 and 4.6). */
import { isJsonObject } from '../../values/json.ts'
import type { JsonObject } from './types.ts'

/** Version 4.01 writes control information without the prefix `odata.` */
const CONTROL_INFORMATION =
  /@(odata\.|(context|metadataEtag|type|count|nextLink|delta|deltaLink|id|editLink|readLink|etag|navigationLink|associationLink|media\w+|removed|collectionAnnotations|bind)$)/

const TYPE = /@(odata\.)?type$/

/** Whether a name is that of the type of a member, which no metadata declares (4.6.3). */
const isTypeOfMember = (name: string) => !name.startsWith('@') && TYPE.test(name)

/** Whether a name is that of control information which answers must not repeat, as it would be the service's there. */
export const isControlInformation = (name: string) =>
  name.includes('@') && CONTROL_INFORMATION.test(name) && !isTypeOfMember(name)

/** The name of a member, or that of the member which it annotates: `size` of `size@odata.type`. */
export const annotated = (name: string) => name.split('@', 1)[0] as string

/** The type that a client has sent with a member of an open type, if any. */
export const typeSentWith = (object: JsonObject, name: string) => object[`${name}@odata.type`] ?? object[`${name}@type`]

/**
 * Leaves out the types of a value and of its members, in values of them, too, as the metadata level `none` does. In place:
 * it was just parsed, and a copy of 30,000 objects takes ten times as long. JSON has no members that are undefined.
 */
export function withoutTypes(value: unknown): unknown {
  if (Array.isArray(value)) for (const item of value) withoutTypes(item)
  else if (isJsonObject(value))
    for (const name in value) {
      if (name.includes('@') && TYPE.test(name)) value[name] = undefined
      else withoutTypes(value[name])
    }
  return value
}
