/**
 * Reads variables from a file `.env` into the environment, which wins. Commands import this before anything else: CAP
 * reads the file too late for profiles, and not at all in production.
 */
import { existsSync } from 'node:fs'

const FILE = '.env'

if (existsSync(FILE)) process.loadEnvFile(FILE)
