import { parseUrl } from '../../../srv/odata/request/url.ts'

const root = 'http://localhost:4004/beta/'

function parsed(url: string) {
  const { segments, options } = parseUrl(url, root)
  return [segments, Object.fromEntries(options)]
}

describe('A URL', () => {
  it.each<[string, string[], Record<string, string>]>([
    ['/', [], {}],
    ['', [], {}],
    ['/auditLogs/provisioning/', ['auditLogs', 'provisioning'], {}],
    ['auditLogs', ['auditLogs'], {}],
    ['/a%2Fb/c%20d', ['a/b', 'c d'], {}],
    ["/x('a%2Fb%3F')", ["x('a/b?')"], {}],
    ['/beta/auditLogs', ['auditLogs'], {}],
    ['http://localhost:4004/beta/auditLogs?$top=1', ['auditLogs'], { $top: '1' }],
    ['/http://localhost:4004/beta/auditLogs', ['auditLogs'], {}],
    ['/?%24top=1&SKIP=2', [], { $top: '1', $skip: '2' }],
    ["/?$filter=a%20eq%20'b%26c=d'", [], { $filter: "a eq 'b&c=d'" }],
    ["/?$filter=a+eq+'b+c'", [], { $filter: "a eq 'b c'" }],
    ["/?$filter=a+eq+'b%2Bc'", [], { $filter: "a eq 'b+c'" }],
    ['/?$filter=t+gt+2024-05-01T12:00:00.5+02:00+and+x', [], { $filter: 't gt 2024-05-01T12:00:00.5+02:00 and x' }],
    ['/?$filter=t+gt+2024-05-01T12%3A00%3A00+02%3A00', [], { $filter: 't gt 2024-05-01T12:00:00+02:00' }],
    ['/?sap-client=100&&$count=true', [], { $count: 'true' }]
  ])('%s is taken apart', (url, segments, options) => expect(parsed(url)).toEqual([segments, options]))

  it.each<[string, string, string[]]>([
    ['http://log.example/', 'HTTP://LOG.EXAMPLE:80/auditLogs', ['auditLogs']],
    ['http://log.example/', 'http://log.example', []],
    ['https://log.example/beta/', 'https://Log.Example:443/beta/auditLogs', ['auditLogs']],
    ['http://log.example:81/', 'http://log.example/auditLogs', ['http:', '', 'log.example', 'auditLogs']],
    ['http://log.example/', 'https://log.example/auditLogs', ['https:', '', 'log.example', 'auditLogs']],
    ['http://log.example/beta/', 'http://log.example/auditLogs', ['http:', '', 'log.example', 'auditLogs']],
    ['http://log.example/', 'http://[/auditLogs', ['http:', '', '[', 'auditLogs']]
  ])('below %s is found by its host in any case and by its port: %s (RFC 3986, 6.2)', (below, url, segments) =>
    expect(parseUrl(url, below).segments).toEqual(segments)
  )

  it.each<[string, string]>([
    ['/%zz', 'The URL is not percent-encoded as UTF-8.'],
    ['/?$filter=%80', 'The URL is not percent-encoded as UTF-8.'],
    ['/x/e%00', 'The URL has the character U+0000, which no text of the log has.'],
    ["/?$filter=a%20eq%20'%00'", 'The URL has the character U+0000, which no text of the log has.'],
    ["/?@p='\0'", 'The URL has the character U+0000, which no text of the log has.'],
    ["/?$filter=a eq '\ud800'", 'The URL has half of a character, which no text of the log has.'],
    ['/?$unknown=1', "The query option '$unknown' is not known."],
    ['/?api-version=1', "The query option 'api-version' is not known."],
    ['/?$top=1&top=2', "The query option '$top' is given twice."]
  ])('%s is refused', (url, message) => expect(() => parsed(url)).toThrow(message))
})
