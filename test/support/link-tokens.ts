import { openLog } from '../../srv/database/open-log.ts'
import { LinkTokens } from '../../srv/odata/request/link-tokens.ts'
import { isOnPostgres, postgresFor } from './postgres.ts'

/** Tokens as the service writes them into links, by its secret, which is in its log. */
export async function linkTokensOf(file: string) {
  const { DATABASE_URL = file } = isOnPostgres() ? await postgresFor(file) : {}
  await using log = await openLog(DATABASE_URL, { readOnly: true })
  const tokens = new LinkTokens()
  tokens.use(Buffer.from((await log.tokenSecret())!, 'base64url'))
  return tokens
}
