/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.(ts|mjs|js)$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }] },
  transformIgnorePatterns: ['/node_modules/(?!jose/|oauth2-mock-server/|is-plain-obj/)'], // these are ES modules only
  testTimeout: 60_000, // some start the service as a process of its own, on machines that are busy
  setupFiles: ['<rootDir>/test/support/setup.ts']
}
