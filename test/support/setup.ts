import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Each test file has a database file of its own.
process.env.CDS_REQUIRES_DB_CREDENTIALS_URL = join(mkdtempSync(join(tmpdir(), 'provisioning-')), 'events.sqlite')

// Jest's own, `test`, is no profile of the service.
process.env.NODE_ENV = 'development'

// CAP finds files of TypeScript only so.
process.env.CDS_TYPESCRIPT = 'true'
