import { existsSync } from 'node:fs'

/**
 * Where the browser is that the tests of the page run in, or undefined if there is none. The shell without windows comes
 * first, as it takes half the time.
 */
export const browserPath = [
  process.env.CHROMIUM,
  ...['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`)
].find((path) => path !== undefined && existsSync(path))
