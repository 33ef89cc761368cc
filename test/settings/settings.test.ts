import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import cds from '@sap/cds'
import { databaseFile } from '../../srv/settings/database-url.ts'
import { checkSettings } from '../../srv/settings/settings.ts'
import { COMPILED, startProcess, temporaryFolder } from '../support/process.ts'

type Variables = Record<string, string>
type Given = Parameters<typeof checkSettings>[0]

const root = join(__dirname, '../..')
const WITHOUT = { NODE_ENV: 'development' }
const PRODUCTION = { NODE_ENV: 'production' }
const ACCESS = {
  ...PRODUCTION,
  CDS_REQUIRES_AUTH_ISSUER: 'https://login.example.com/v2.0',
  CDS_REQUIRES_AUTH_AUDIENCE: 'api://provisioning'
}

/** Checks what CAP makes of variables of the environment. */
function check(variables: Variables) {
  const before = { ...process.env }
  Object.assign(process.env, WITHOUT, variables)
  try {
    const given = (cds as unknown as { env: { for: (context: string, root: string) => Given } }).env.for('cds', root)
    return checkSettings(given, process.env, process.env.NODE_ENV === 'production')
  } finally {
    process.env = before
  }
}

/** The sentences that tell what is wrong. */
function problems(variables: Variables) {
  try {
    check(variables)
    return []
  } catch (error) {
    const [first, ...others] = (error as Error).message.split(/(?<=[.?]) (?=CDS_)/)
    expect(first).toBe('The service cannot run with these settings.')
    return others
  }
}

describe('Settings', () => {
  it('have defaults, which differ in production', () => {
    const development = check({})
    expect(development.server).toMatchObject({ max_requests: 1600, max_bodies: 64 * 1024 ** 2, request_log: false })
    expect(development.server.rate_limit.limit).toBe(0)
    expect(development.retention.days).toBeUndefined()
    expect(check(ACCESS).server).toMatchObject({ request_log: true, rate_limit: { limit: 12_000 } })
    expect(check(ACCESS).requires.auth).toEqual({
      issuer: 'https://login.example.com/v2.0',
      audience: ['api://provisioning'],
      jwks_uri: undefined,
      leeway: 30,
      served_tenants: [],
      operator_tenants: [],
      public_metadata: false,
      permissions: {
        create: ['ProvisioningLog.Create', 'ProvisioningLog.ReadWrite.All'],
        read: ['ProvisioningLog.Read.All', 'AuditLog.Read.All', 'ProvisioningLog.ReadWrite.All'],
        all_tenants: ['ProvisioningLog.AllTenants']
      }
    })
  })

  it.each<[string, string, (settings: ReturnType<typeof check>) => unknown, unknown]>([
    ['CDS_SERVER_MAX__REQUESTS', '5', ({ server }) => server.max_requests, 5],
    ['cds_server_max__requests', '5', ({ server }) => server.max_requests, 5],
    ['CDS_SERVER', '{"max_requests":5}', ({ server }) => server.max_requests, 5],
    ['CDS_CONFIG', '{"server":{"max_requests":5}}', ({ server }) => server.max_requests, 5],
    ['CDS_SERVER_MAX__BODIES', '3kb', ({ server }) => server.max_bodies, 3072],
    ['CDS_SERVER_MAX__BODIES', '3 KB', ({ server }) => server.max_bodies, 3072],
    ['CDS_SERVER_MAX__BODIES', '3072', ({ server }) => server.max_bodies, 3072],
    ['CDS_SERVER_BODY__PARSER_LIMIT', '1gb', ({ server }) => server.body_parser.limit, 1024 ** 3],
    ['CDS_SERVER_REQUEST__LOG', 'true', ({ server }) => server.request_log, true],
    ['CDS_SERVER_TRUST__PROXY', '1', ({ server }) => server.trust_proxy, 1],
    ['CDS_SERVER_TRUST__PROXY', '10.0.0.0/8,::1/128', ({ server }) => server.trust_proxy, '10.0.0.0/8,::1/128'],
    ['CDS_SERVER_TRUST__PROXY', 'loopback, 10.0.0.1', ({ server }) => server.trust_proxy, 'loopback, 10.0.0.1'],
    ['CDS_SERVER_CORS__ORIGINS', 'http://a.example', ({ server }) => server.cors_origins, ['http://a.example']],
    ['CDS_SERVER_CORS__ORIGINS', '[]', ({ server }) => server.cors_origins, []],
    ['CDS_REQUIRES_AUTH_AUDIENCE', '007', ({ requires }) => requires.auth.audience, ['007']],
    ['CDS_REQUIRES_AUTH_AUDIENCE', '["a","b"]', ({ requires }) => requires.auth.audience, ['a', 'b']],
    ['CDS_REQUIRES_DB_READERS', '1', ({ requires }) => requires.db.readers, 1],
    ['CDS_APP_CLIENT__ID', 'page', ({ app }) => app.client_id, 'page'],
    ['CDS_APP_SCOPE', 'api://log/Read openid', ({ app }) => app.scope, 'api://log/Read openid'],
    ['CDS_RETENTION_DAYS', '30', ({ retention }) => retention.days, 30],
    ['CDS_RETENTION_INTERVAL', '0.005', ({ retention }) => retention.interval, 0.005]
  ])('are taken from %s=%s', (name, text, of, value) => {
    expect(of(check({ ...ACCESS, [name]: text }))).toEqual(value)
  })

  it('leave to CAP what is its own', () => {
    const ofCap = { CDS_SERVER_PORT: '1', CDS_REQUIRES_DB_POOL_MAX: '2', CDS_LOG_LEVELS_SQL: 'debug', CDS_FOO: 'x' }
    expect(problems(ofCap)).toEqual([])
  })
})

describe('The service refuses', () => {
  const number = (name: string, text: string) => [`CDS_${name} must be a whole number of at least 1, not '${text}'.`]
  const time = 'a whole number of milliseconds from 1 to 2147483647'
  const size = "a size such as '4mb', or a number of bytes, of at least 1"
  const proxies = 'true, false, the number of proxies, or a text with their addresses'
  const origin = 'an origin such as https://portal.example.com, or a JSON array of them'

  it.each(['abc', '', ' ', ' 5', '1e3', '0x10', '007', '+5', '5.0', 'NaN', '9007199254740993', '1,000'])(
    'CDS_SERVER_MAX__REQUESTS=%j',
    (text) => expect(problems({ CDS_SERVER_MAX__REQUESTS: text })).toEqual(number('SERVER_MAX__REQUESTS', text))
  )

  it.each<[string, string, string, string?]>([
    ['CDS_SERVER_MAX__REQUESTS', '0', 'must be a whole number of at least 1, not 0.'],
    ['CDS_SERVER_MAX__REQUESTS', '-5', 'must be a whole number of at least 1, not -5.'],
    ['CDS_SERVER_MAX__REQUESTS', '1.5', 'must be a whole number of at least 1, not 1.5.'],
    ['CDS_SERVER_MAX__REQUESTS', 'true', 'must be a whole number of at least 1, not true.'],
    ['CDS_SERVER_MAX__REQUESTS', '[5]', 'must be a whole number of at least 1, not [5].'],
    ['CDS_SEALING_INTERVAL', 'often', `must be ${time}, not 'often'.`],
    ['CDS_SEALING_INTERVAL', '2147483648', `must be ${time}, not 2147483648.`],
    ['CDS_RETENTION_DAYS', '0', 'must be a number of days above 0 and up to 365000, not 0.'],
    ['CDS_RETENTION_DAYS', '', "must be a number of days above 0 and up to 365000, not ''."],
    ['CDS_RETENTION_INTERVAL', '0', 'must be a number of minutes above 0 and up to 35791, not 0.'],
    ['CDS_REQUIRES_DB_READERS', '0', 'must be a whole number of at least 1, not 0.'],
    ['CDS_REQUIRES_DB_READERS', '0', 'must be a whole number of at least 1, not 0.'],
    ['CDS_SERVER_MAX__ANSWERS', 'much', `must be ${size}, not 'much'.`],
    ['CDS_SERVER_MAX__BODIES', '', `must be ${size}, not ''.`],
    ['CDS_SERVER_BODY__PARSER_LIMIT', '4 apples', `must be ${size}, not '4 apples'.`],
    ['CDS_SERVER_REQUEST__LOG', 'yes', "must be true or false, not 'yes'."],
    ['CDS_SERVER_REQUEST__LOG', '1', 'must be true or false, not 1.'],
    ['CDS_SERVER_CORS__ORIGINS', '*', `must be ${origin}, not '*'.`],
    ['CDS_SERVER_CORS__ORIGINS', 'https://a.example/', `must be ${origin}, not 'https://a.example/'.`],
    ['CDS_SERVER_CORS__ORIGINS', 'a.example', `must be ${origin}, not 'a.example'.`],
    [
      'CDS_SERVER_CORS__ORIGINS',
      '["https://a.example","null"]',
      `must be ${origin}, not ["https://a.example","null"].`
    ],
    ['CDS_SERVER_TRUST__PROXY', 'proxy', `must be ${proxies}, not 'proxy'.`],
    ['CDS_SERVER_TRUST__PROXY', '10.0.0.300', `must be ${proxies}, not '10.0.0.300'.`],
    ['CDS_SERVER_TRUST__PROXY', '10.0.0.0/33', `must be ${proxies}, not '10.0.0.0/33'.`],
    ['CDS_SERVER_TRUST__PROXY', '::1/129', `must be ${proxies}, not '::1/129'.`],
    ['CDS_SERVER_TRUST__PROXY', 'loopback/8', `must be ${proxies}, not 'loopback/8'.`],
    ['CDS_SERVER_TRUST__PROXY', '10.0.0.1,', `must be ${proxies}, not '10.0.0.1,'.`],
    ['CDS_APP_CLIENT__ID', '', "must be a text, not ''."],
    ['CDS_APP_SCOPE', 'profile', "must be scopes separated by spaces, 'openid' among them, not 'profile'."],
    ['CDS_APP_AUTHORITY', 'http://login.example.com', "must be a URL with https, not 'http://login.example.com'."],
    ['CDS_APP_CLIENT_ID', 'page', 'is not a setting. Is CDS_APP_CLIENT__ID meant?'],
    ['CDS_SERVER', '5', 'is a group of settings, not 5.'],
    ['CDS_SERVER', '{"max_requests":5', `is a group of settings, not '{"max_requests":5'.`],
    ['CDS_SERVER_MAX_REQUESTS', '5', 'is not a setting. Is CDS_SERVER_MAX__REQUESTS meant?'],
    ['CDS_SERVER__MAX__REQUESTS', '5', 'is not a setting. Is CDS_SERVER_MAX__REQUESTS meant?'],
    ['CDS_RETENTION__DAYS', '30', 'is not a setting. Is CDS_RETENTION_DAYS meant?'],
    ['CDS_REQUIRES__DB__READERS', '5', 'is not a setting. Is CDS_REQUIRES_DB_READERS meant?'],
    ['CDS_SERVER_MAX__REQUEST', '5', 'is not a setting. Is CDS_SERVER_MAX__REQUESTS meant?'],
    ['CDS_SERVER_MAX_REQUEST', '5', 'is not a setting. Is CDS_SERVER_MAX__REQUESTS meant?'],
    ['CDS_RETENTON_DAYS', '30', 'is not a setting. Is CDS_RETENTION_DAYS meant?'],
    ['CDS_RETENTION', '{"day":30}', 'is not a setting. Is CDS_RETENTION_DAYS meant?', 'CDS_RETENTION_DAY'],
    [
      'CDS_CONFIG',
      '{"retentions":{"days":30}}',
      'is not a setting. Is CDS_RETENTION_DAYS meant?',
      'CDS_RETENTIONS_DAYS'
    ],
    ['CDS_REQUIRES_BD_READERS', '5', 'is not a setting. Is CDS_REQUIRES_DB_READERS meant?'],
    ['CDS_SERVERR_MAX__REQUESTS', '5', 'is not a setting. Is CDS_SERVER_MAX__REQUESTS meant?'],
    ['CDS_SERVER_CORS_ORIGINS', 'https://a.example', 'is not a setting. Is CDS_SERVER_CORS__ORIGINS meant?'],
    ['CDS_REQUIRES_DB_CREDENTIALS_FILE', 'x', 'is not a setting.'],
    ['CDS_REQUIRES_DB_LOCK_TIMEOUT', '5', 'is not a setting. Is CDS_REQUIRES_DB_LOCK__TIMEOUT meant?'],
    ['CDS_REQUIRES_AUTH_AUDIENCES', 'x', 'is not a setting. Is CDS_REQUIRES_AUTH_AUDIENCE meant?'],
    ['CDS_ODATA_PLANS', '0', 'is not a setting.'],
    ['CDS_RETENTION_YEARS', '7', 'is not a setting.'],
    ['CDS_SERVER_READY__TIMEOUT', '2000', 'is not a setting.']
  ])('%s=%s', (name, text, problem, told = name) => {
    expect(problems({ [name]: text })).toEqual([`${told} ${problem}`])
  })

  it('several settings at once, and names them all', () => {
    const wrong = { CDS_SERVER_MAX__REQUESTS: 'abc', CDS_SEALING_INTERVALS: '5', CDS_RETENTION_DAYS: '-1' }
    expect(problems({ ...PRODUCTION, ...wrong })).toEqual([
      'CDS_REQUIRES_AUTH_ISSUER is missing: it must be a URL with https.',
      'CDS_REQUIRES_AUTH_AUDIENCE is missing: it must be a name, or a JSON array of them.',
      "CDS_SERVER_MAX__REQUESTS must be a whole number of at least 1, not 'abc'.",
      'CDS_SEALING_INTERVALS is not a setting. Is CDS_SEALING_INTERVAL meant?',
      'CDS_RETENTION_DAYS must be a number of days above 0 and up to 365000, not -1.'
    ])
  })

  it.concurrent('to start with them, and its process ends', async () => {
    const env = { CDS_SERVER_MAX__REQUESTS: 'abc' }
    const { url, log, exited } = await startProcess({ file: join(temporaryFolder(), 'events.sqlite'), env })
    expect([url, (await exited)[0]]).toEqual([undefined, 1])
    expect(log()).toContain("CDS_SERVER_MAX__REQUESTS must be a whole number of at least 1, not 'abc'.")
  })
})

describe('A profile', () => {
  it('is refused where it is unknown, also by commands, which would find another log', () => {
    const given = { profiles: ['postgrs', 'development'] } as Given
    expect(() => checkSettings(given, {})).toThrow(
      "The service does not know the profile 'postgrs' (NODE_ENV, CDS_ENV)"
    )
  })
})

describe('A profile that is named in .env', () => {
  const given = (profiles: string[]) => ({ profiles }) as Given

  it.each<[string, string]>([
    ['NODE_ENV', 'production'],
    ['CDS_ENV', 'production'],
    ['CDS_ENV', 'development, postgres']
  ])('is refused, as CAP has chosen its profiles before: %s=%s', (name, text) => {
    const profile = text.split(', ').at(-1)
    expect(() => checkSettings(given(['development']), { [name]: text })).toThrow(
      `The service cannot run with these settings. ${name} must be set before the start, not in .env: the profile '${profile}' has no effect.`
    )
  })

  it.each<[string[], Variables]>([
    [['production'], { NODE_ENV: 'development', CDS_ENV: 'production' }],
    [['postgres', 'development'], { NODE_ENV: '', CDS_ENV: 'postgres' }],
    [['production', 'postgres'], { CDS_ENV: ' production , postgres' }]
  ])('is fine where it has an effect: %j %j', (profiles, variables) =>
    expect(() => checkSettings(given(profiles), variables)).not.toThrow()
  )

  /** Runs a command in a folder of the service with a file. @returns its exit code, and what it says of errors */
  async function run(command: string, makeFile: (path: string) => void, name = '.env', more: Variables = {}) {
    const folder = temporaryFolder()
    for (const each of ['package.json', '.cdsrc.json', 'srv', 'db', 'app', 'node_modules'])
      if (each !== name) symlinkSync(join(root, each), join(folder, each))
    makeFile(join(folder, name))
    const child = spawn(process.execPath, [`srv/commands/${command}.ts`], {
      cwd: folder,
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILED, CDS_TYPESCRIPT: 'true', PORT: '0', ...more }
    })
    let log = ''
    child.stderr.on('data', (text) => (log += String(text)))
    const [status] = (await once(child, 'close')) as [number | null]
    return [status, log]
  }

  it.concurrent('has an effect where a command reads the file', async () => {
    const text = "CDS_ENV=production\nCDS_REQUIRES_AUTH_AUDIENCE='a b' # in production, too\n"
    expect(await run('start', (path) => writeFileSync(path, text))).toEqual([
      1,
      'The service cannot run with these settings. CDS_REQUIRES_AUTH_ISSUER is missing: it must be a URL with https.\n'
    ])
  })

  it.concurrent('ends verify with 2, as for a log that cannot be checked, if the file cannot be read', async () => {
    const [status, log] = await run('verify', (path) => mkdirSync(path))
    expect([status, log]).toEqual([2, expect.stringMatching(/^The file \.env cannot be read: .*[^.]\.\n$/)])
  })

  it.concurrent.each([
    ['.cdsrc-private.json', 'start', 'requires'],
    ['.cdsrc.json', 'verify', '{ "requires": '],
    ['default-env.json', 'start-postgres', '{}}'],
    ['package.json', 'backup', '']
  ])(
    'ends commands with 2, as do other files that are no JSON, without which CAP would go on: %s',
    async (name, command, text) => {
      const [status, log] = await run(command, (path) => writeFileSync(path, text), name)
      expect(status).toBe(2)
      expect(log).toMatch(new RegExp(`^The file ${name.replaceAll('.', '\\.')} cannot be read: .* JSON.*\\.\\n$`))
    }
  )

  it.concurrent('ends commands with 2, as do a group of settings in a variable and a file of the user', async () => {
    const [db, home] = [{ CDS_REQUIRES_DB_CREDENTIALS_URL: 'a', CDS_REQUIRES_DB: '{bad' }, temporaryFolder()]
    writeFileSync(join(home, '.cdsrc.json'), '{bad')
    const refused = (of: string): unknown[] => [
      2,
      expect.stringMatching(new RegExp(`^The ${of} cannot be read: .* JSON.*\\.\\n$`))
    ]
    expect(await run('verify', () => {}, '.env', db)).toEqual(refused('variable CDS_REQUIRES_DB'))
    expect(await run('verify', () => {}, '.env', { CDS_USER_HOME: home })).toEqual(refused(`file ${home}/.cdsrc.json`))
  })
})

describe('The database file', () => {
  const fileOf = (url: string, variables: Variables = {}) => databaseFile({ credentials: { url } }, variables)

  it.each(['data/events.sqlite', '/var/lib/a b/é.sqlite', 'C:\\\\events.sqlite', './a:b'])('may be %s', (path) =>
    expect(fileOf(path, { DATABASE_URL: 'mysql://other' })).toBe(path)
  )

  it.each([':memory:', 'file:events.sqlite', 'postgres://user:secret@host/database', 'https://host/events.sqlite'])(
    'is not %s',
    (url) =>
      expect(() => fileOf(url)).toThrow(
        'The service cannot run with CDS_REQUIRES_DB_CREDENTIALS_URL: it must be the path of a file, and in the profile `postgres` a URL.'
      )
  )

  it('is not used where there is a database on a server', () => {
    expect(() => fileOf('events.sqlite', { DATABASE_URL: 'postgres://user:secret@host/database' })).toThrow(
      'The service cannot run with DATABASE_URL without the profile `postgres`: set CDS_ENV=postgres, or unset DATABASE_URL.'
    )
  })
})

describe('In production, access is refused', () => {
  it.each<[string, Variables, string]>([
    ['without an issuer', { CDS_REQUIRES_AUTH_AUDIENCE: 'a' }, 'CDS_REQUIRES_AUTH_ISSUER is missing'],
    ['without an audience', { CDS_REQUIRES_AUTH_ISSUER: 'https://a.example' }, 'CDS_REQUIRES_AUTH_AUDIENCE is missing'],
    ['with no audience', { ...ACCESS, CDS_REQUIRES_AUTH_AUDIENCE: '[]' }, 'CDS_REQUIRES_AUTH_AUDIENCE must be'],
    ['with an empty audience', { ...ACCESS, CDS_REQUIRES_AUTH_AUDIENCE: '' }, 'CDS_REQUIRES_AUTH_AUDIENCE must be'],
    [
      'with an issuer that is no URL',
      { ...ACCESS, CDS_REQUIRES_AUTH_ISSUER: 'login' },
      'CDS_REQUIRES_AUTH_ISSUER must be a URL with https'
    ],
    [
      'with keys over http',
      { ...ACCESS, CDS_REQUIRES_AUTH_JWKS__URI: 'http://a.example/keys' },
      'CDS_REQUIRES_AUTH_JWKS__URI must be a URL with https'
    ],
    [
      'with a leeway that is no number',
      { ...ACCESS, CDS_REQUIRES_AUTH_LEEWAY: 'much' },
      'CDS_REQUIRES_AUTH_LEEWAY must be a whole number of seconds'
    ],
    [
      'with an empty leeway',
      { ...ACCESS, CDS_REQUIRES_AUTH_LEEWAY: '' },
      'CDS_REQUIRES_AUTH_LEEWAY must be a whole number of seconds'
    ],
    ['where authentication is switched off', { CDS_REQUIRES_AUTH: 'false' }, 'CDS_REQUIRES_AUTH_ISSUER is missing']
  ])('%s', (_, variables, problem) => {
    expect(problems({ ...PRODUCTION, ...variables })).toContainEqual(expect.stringContaining(problem))
  })
})

describe('docs/operations.md', () => {
  it('has the table of all settings', () => {
    const script = join(root, 'tools/settings.ts')
    expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toBe('')
  })
})
