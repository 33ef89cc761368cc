import { join } from 'node:path'
import cds from '@sap/cds'

const root = join(__dirname, '../..')
type Environment = typeof cds.env & { for: (context: string, folder: string) => unknown }

/** The settings and profiles that a start with these variables in its environment, and no others, would have. */
export function configured<Settings>(env: Record<string, string>): Settings {
  const before = process.env
  process.env = { ...env }
  try {
    return (cds.env as Environment).for('cds', root) as Settings
  } finally {
    process.env = before
  }
}
