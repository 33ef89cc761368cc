import { configuration } from '../../srv/database/postgres/connection.ts'

it.each([
  ['postgres://service@db.example/log', true],
  ['postgres://service@10.0.0.7:5433/log', true],
  ['postgres://service@localhost/log', undefined],
  ['postgres://service@127.0.0.1:5433/log', undefined],
  ['postgres://service@[::1]/log', undefined],
  ['postgres://service@db.example/log?sslmode=disable', undefined],
  ['postgres://service@db.example/log?sslmode=', true],
  ['postgres:///log?host=db.example', true],
  ['postgres://service@localhost/log?host=db.example', true],
  ['postgres://service@db.example/log?host=localhost', undefined],
  ['postgres:///log?host=/var/run/postgresql', undefined],
  ['postgres://%2Fvar%2Frun%2Fpostgresql/log', undefined],
  ['postgres:///log', undefined]
])('Whether the connection to %s is encrypted, and the certificate checked: %s', (url, ssl) => {
  expect(configuration(url).ssl).toBe(ssl)
})

it('The server compiles no statements', () => {
  expect(configuration('postgres:///log', '-c a=b').options).toMatch(/ -c jit=off -c a=b$/)
})

it('The connection to a host that PGHOST names is encrypted', () => {
  process.env.PGHOST = 'db.example'
  expect(configuration('postgres:///log').ssl).toBe(true)
  delete process.env.PGHOST
})
