/** What is used of `node:http`. An import of it would load what fetch needs, too: 35 ms and 14 MB of a start. */
export const { createServer, IncomingMessage, ServerResponse, STATUS_CODES, validateHeaderName, validateHeaderValue } =
  process.getBuiltinModule('node:http')
