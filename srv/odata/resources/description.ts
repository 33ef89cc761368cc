/** Answers with the description of a root: its metadata in CSDL, or OpenAPI. Both are made on first use. */
import type { Request, Response } from 'express'
import type { Model } from '../../cqn/csn.ts'
import type { ServiceSchema } from '../model/schema.ts'
import { asShown, namespaceOf } from '../model/shown.ts'
import { sendTagged, weakEtag } from '../response/respond.ts'
import type { Metadata } from './metadata.ts'

/**
 * Makes a function that answers with the description of a root.
 * @param name of the service in the model
 * @param entitiesDerive whether entities have a base type in it
 * @param openApi describes a root in OpenAPI, by its URL and its metadata in JSON
 */
export function describer(
  model: Model,
  name: string,
  schema: ServiceSchema,
  entitiesDerive: boolean,
  openApi: (root: string, metadata: string) => string
) {
  let metadata: Metadata | undefined
  /**
   * @param root the URL of the root, to describe it in OpenAPI; undefined for CSDL
   * @param isJson whether CSDL is wanted in JSON
   */
  return async (req: Request, res: Response, root: string | undefined, isJson: boolean) => {
    const { generateMetadata } = await import('./metadata.ts') // few starts need its parsers
    metadata ??= generateMetadata(asShown(model, name), namespaceOf(model, name), entitiesDerive, schema)
    const text = root === undefined ? csdl(metadata, res, isJson) : openApi(root, metadata.json)
    res.set('Cache-Control', 'no-cache') // it has nothing of the log: browsers may keep it, and ask with its ETag
    sendTagged(req, res, [Buffer.from(text)], weakEtag(text))
  }
}

function csdl({ xml, json }: Metadata, res: Response, isJson: boolean): string {
  if (isJson) res.set('OData-Version', '4.01') // 4.0 has no CSDL in JSON
  return isJson ? json : xml[res.get('OData-Version') as keyof Metadata['xml']]
}
