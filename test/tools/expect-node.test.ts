import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

it.each([
  ['v20.20.2', 1, 'Node.js 24 or later is needed, and this is v20.20.2: see the README.\n'],
  ['v24.0.0', 0, ''],
  ['v26.1.0', 0, '']
])('Whether the scripts run with Node.js %s is said in a sentence', (version, status, stderr) => {
  const script = `Object.defineProperty(process, 'version', { value: '${version}' }); require('./tools/expect-node.cjs')`
  const cwd = join(__dirname, '../..')
  expect(spawnSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' })).toMatchObject({ status, stderr })
})
