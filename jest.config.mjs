/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  transform: { '\\.(ts|mjs|js)$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }] },
  transformIgnorePatterns: ['/node_modules/(?!jose/|oauth2-mock-server/|is-plain-obj/)'], // these are ES modules only
  setupFiles: ['<rootDir>/test/support/setup.ts']
}

/** Takes long however little is tried, so that `npm test` leaves it to `npm run test:force` and to CI. */
const LONG = [
  '/app/(accessible|clocks|live|sign-in|table)',
  '/force/(answers|checkpoints|clock|downloads|download-limits|expensive-queries|failures|files|memory|overload|page)',
  '/force/(give-way|health|pictures|search-memory|shares|shutdown|time-limits|token-clock)'
]
const left = process.env.FORCE === 'short' ? LONG : []

/** @type {import('jest').Config} */
export default {
  maxWorkers: 2,
  maxConcurrency: 20, // most of what runs concurrently waits
  globalSetup: '<rootDir>/test/support/temporary.ts',
  globalTeardown: '<rootDir>/test/support/clean-up.ts',
  testTimeout: 180_000, // most start the service as a process of its own, on machines that are busy
  projects: [
    // what the service does; on PostgreSQL, too: see test/postgres/run.ts
    {
      ...common,
      displayName: 'spec',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(app|force|postgres)/']
    },
    // what the page does, in a browser
    {
      ...common,
      displayName: 'app',
      testMatch: ['<rootDir>/test/app/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...left]
    },
    // that it keeps doing so under load, when it is killed, and whatever is sent to it by chance
    {
      ...common,
      displayName: 'force',
      testMatch: ['<rootDir>/test/force/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...left]
    }
  ]
}
