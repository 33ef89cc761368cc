/**
 * `npm run test:postgres`: runs the tests of the project `spec` on PostgreSQL, but for those in excluded.ts, and the tests
 * in this folder. Jest starts the server: see test/support/postgres-server.ts. Takes names of files, as Jest does.
 */
import { spawnSync } from 'node:child_process'
import { FILES, TESTS } from './excluded.ts'

const names = TESTS.map(([{ source }]) => source).join('|')
const args = [
  ...['node_modules/jest/bin/jest.js', '--selectProjects', 'spec'],
  ...['--testNamePattern', `^(?!.*(${names}))`],
  ...['--testPathIgnorePatterns', '/node_modules/', 'test/(app|force)/', ...FILES.map(([path]) => path)],
  ...['--testPathPatterns', ...(process.argv.length > 2 ? process.argv.slice(2) : ['test/'])]
]
const { status } = spawnSync(process.execPath, args, {
  stdio: 'inherit',
  env: { ...process.env, TEST_ENGINE: 'postgres', FORCE: 'short' }
})
process.exitCode = status ?? 1
