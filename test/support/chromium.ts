import { existsSync } from 'node:fs'

/** Where the browser is that the tests of the page run in, or undefined if there is none. */
export const browserPath = [
  process.env.CHROMIUM,
  ...['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`)
].find((path) => path !== undefined && existsSync(path))
