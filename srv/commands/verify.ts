/**
 * `npm run verify [-- --against FILE] [-- --export FILE]`: checks the log against its seals and against an earlier
 * export. If all is well, it exports the latest seals. It exits with 1 if the log was tampered with, with 2 if it
 * cannot be checked, and with 3 if events are not sealed, so that nothing shows whether they were tampered with.
 */
import './configuration-files.ts'
import cds from '@sap/cds'
import type { Model } from '../cqn/csn.ts'
import { ownerLocation, settings } from '../settings/settings.ts'
import { checkLog } from './check-log.ts'

/** The part of CAP used here that its published types lack. */
const { load } = cds as unknown as { load: (from: string) => Promise<Model> }

/** How long a pass of sealing may take, in milliseconds. */
const PASS = 3000

const patience = () => 2 * settings().sealing.interval + PASS
const place = { location: ownerLocation, model: () => load('*'), patience, terminal: console }
process.exitCode = await checkLog(process.argv.slice(2), place)
