/** Where the database is. */
import { resolve } from 'node:path'
import cds from '@sap/cds'
import { settings } from '../settings/settings.ts'

/** The file of the database, absolute. */
export const databaseFile = () => resolve(cds.root, settings().requires.db.credentials.url)
