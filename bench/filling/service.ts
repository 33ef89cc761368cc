/**
 * Fills a new log of the service with what a POST runs: the checks of its body, the handlers of the service, and the
 * group commit. There are no indexes yet, as it takes less time to create them in the end: the service does so when it
 * starts. It also seals the events. The environment names the file as for the service.
 *
 * `node service.ts COUNT SEED` starts `node service.ts COUNT SEED PART` for each part.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import cds, { type ApplicationService } from '@sap/cds'
import { openLog } from '../../srv/database/open-log.ts'
import { makeStored } from '../../srv/database/schema.ts'
import { disconnect, engine } from '../../srv/database/service.ts'
import { sealAll } from '../../srv/integrity/sealer.ts'
import { flatten } from '../../srv/odata/model/columns.ts'
import { serviceSchema } from '../../srv/odata/model/schema.ts'
import type { Model } from '../../srv/cqn/csn.ts'
import { readObject } from '../../srv/odata/request/payload.ts'
import { newText, storedJson } from '../../srv/odata/response/render-rows.ts'
import type { Row } from '../../srv/plans/statement.ts'
import { databaseLocation } from '../../srv/settings/settings.ts'
import { eventAt } from '../../tools/generator/events.ts'

const SERVICE = 'microsoft.graph'
const PARTS = 2
const TOGETHER = 500 // events that share a commit

/** What this file uses of CAP that its published types lack. */
interface Cap {
  deploy: (model: object) => { to: (database: string) => Promise<void> }
  compile: { for: { nodejs: (model: object) => typeof cds.model } }
  model: typeof cds.model
}
const cap = cds as unknown as Cap

const [count = 0, seed = 1, part] = process.argv.slice(2).map(Number)
if (part === undefined) await fillInParts()
else await fill(part)

async function fillInParts() {
  const { stored } = await connect()
  await cap.deploy(stored).to('db')
  await disconnect()
  const file = import.meta.filename
  const parts = Array.from({ length: PARTS }, (_, number) => fork(file, [count, seed, number].map(String)))
  for (const [code] of await Promise.all(parts.map((each) => once(each, 'exit'))))
    if (code !== 0) throw new Error('A part of the log could not be filled.')
  const log = await openLog(databaseLocation(), { isAlone: true })
  await sealAll(log)
  await log.close()
}

/** Connects to the database as srv/server.ts does. */
async function connect() {
  const stored = (await cds.load('*')) as unknown as Model
  const shown = structuredClone(stored)
  makeStored(stored)
  cap.model = cap.compile.for.nodejs(stored)
  await cds.connect.to('db')
  return { stored, shown }
}

/** Stores every so many events of the log. */
async function fill(part: number) {
  const { stored: csn, shown } = await connect()
  await cds.serve('all')
  const { entityType, stored } = serviceSchema(shown, SERVICE)
  const unindexed = { ...csn.definitions[stored.entity], '@indexes': [], '@indexesForAllTenants': [] } // but what triggers look up is indexed
  const definitions = { ...csn.definitions, [stored.entity]: unindexed }
  await engine().start({ definitions, uniqueIds: false, indexesForAllTenants: false })
  const creationOf = (index: number) => {
    const sent = readObject(eventAt(index, count, seed), entityType)
    const query = cds.ql.INSERT.into(stored.entity).entries([flatten(sent, stored.type, storedJson)])
    const represent = (row: Row) => ({ [stored.type.hidden.representationTag]: newText(row, stored).tag })
    return new cds.Request({ query, represent } as never)
  }
  const service = cds.services[SERVICE] as ApplicationService
  for (let first = part * TOGETHER; first < count; first += PARTS * TOGETHER) {
    const size = Math.min(TOGETHER, count - first)
    await service.tx({ user: new cds.User.Privileged() }, (transaction) => {
      const inside = transaction as unknown as ApplicationService
      return Promise.all(Array.from({ length: size }, (_, place) => inside.dispatch(creationOf(first + place))))
    })
  }
  await disconnect()
}
