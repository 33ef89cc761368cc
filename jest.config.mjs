/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  transform: { '\\.(ts|mjs|js)$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }] },
  transformIgnorePatterns: ['/node_modules/(?!jose/|oauth2-mock-server/|is-plain-obj/)'], // these are ES modules only
  setupFiles: ['<rootDir>/test/support/setup.ts']
}

/** Takes long however little is tried, so that `npm test` leaves it to `npm run test:force` and to CI. */
const LONG =
  '/force/(answers|checkpoints|clock|downloads|expensive-queries|failures|files|memory|overload|page|pictures|shutdown|time-limits|token-clock)'

/** @type {import('jest').Config} */
export default {
  maxWorkers: 2,
  globalSetup: '<rootDir>/test/support/temporary.ts',
  globalTeardown: '<rootDir>/test/support/clean-up.ts',
  testTimeout: 180_000, // most start the service as a process of its own, on machines that are busy
  projects: [
    // what the service does
    {
      ...common,
      displayName: 'spec',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/force/']
    },
    // that it keeps doing so under load, when it is killed, and whatever is sent to it by chance
    {
      ...common,
      displayName: 'force',
      testMatch: ['<rootDir>/test/force/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...(process.env.FORCE === 'short' ? [LONG] : [])]
    }
  ]
}
