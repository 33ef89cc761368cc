import { configuration } from '../../srv/database/postgres/connection.ts'

it.each([
  ['postgres://service@db.example/log', true],
  ['postgres://service@10.0.0.7:5433/log', true],
  ['postgres://service@localhost/log', undefined],
  ['postgres://service@127.0.0.1:5433/log', undefined],
  ['postgres://service@[::1]/log', undefined],
  ['postgres://service@db.example/log?sslmode=disable', undefined]
])('Whether the connection to %s is encrypted, and the certificate checked: %s', (url, ssl) => {
  expect(configuration(url).ssl).toBe(ssl)
})
