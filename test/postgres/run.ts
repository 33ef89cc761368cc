/**
 * `npm run test:postgres`: runs the tests of the project `spec` on PostgreSQL, but for those in excluded.ts, the tests in
 * this folder, and those of `force` which compare kept counts and the search index with the events, and tenants with each
 * other. Jest starts the server: see test/support/postgres-server.ts. Takes names of files and options, as Jest does;
 * options have their values behind `=`.
 */
import { spawnSync } from 'node:child_process'
import { FILES, TESTS } from './excluded.ts'

const given = process.argv.slice(2)
const options = given.filter((each) => each.startsWith('-'))
const paths = given.filter((each) => !each.startsWith('-'))
const names = TESTS.map(([{ source }]) => source).join('|')
const args = [
  ...['node_modules/jest/bin/jest.js', '--selectProjects', 'spec'],
  ...['--testNamePattern', `^(?!.*(${names}))`],
  ...[
    '--testPathIgnorePatterns',
    '/node_modules/',
    'test/app/',
    'test/force/(?!tallies|tenants|search\\.)',
    ...FILES.map(([path]) => path)
  ],
  ...['--testPathPatterns', ...(paths.length ? paths : ['test/'])],
  ...options
]
const { status } = spawnSync(process.execPath, args, {
  stdio: 'inherit',
  env: { ...process.env, TEST_ENGINE: 'postgres', FORCE: process.env.FORCE ?? 'short' }
})
process.exitCode = status ?? 1
