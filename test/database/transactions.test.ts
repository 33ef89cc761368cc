import { DatabaseSync } from 'node:sqlite'
import cds from '@sap/cds'
import { startInProcess } from '../support/in-process.ts'

startInProcess()

it('A transaction of CAP takes the write lock when it writes, and waits for it', async () => {
  using other = new DatabaseSync(process.env.CDS_REQUIRES_DB_CREDENTIALS_URL as string)
  const insert = (number: number) => `INSERT INTO provisioning_log_TokenSecrets VALUES (${number}, 'x')`
  await cds.tx(async (transaction) => {
    await cds.run('SELECT * FROM provisioning_log_TokenSecrets')
    other.exec('BEGIN IMMEDIATE')
    setTimeout(() => other.exec(`${insert(2)}; COMMIT`), 100)
    await Promise.all([cds.run(insert(3)), cds.run(insert(4))])
    expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('database is locked')
    await transaction.rollback()
  })
  const numbers = other.prepare('SELECT number FROM provisioning_log_TokenSecrets ORDER BY number').all()
  expect(numbers).toEqual([{ number: 1 }, { number: 2 }])
})

it.each(['commit', 'rollback'] as const)('What still waits for the lock does not get it after a %s', async (end) => {
  using other = new DatabaseSync(process.env.CDS_REQUIRES_DB_CREDENTIALS_URL as string)
  let waiting: Promise<unknown> | undefined
  await cds.tx(async (transaction) => {
    other.exec('BEGIN IMMEDIATE')
    waiting = cds.run("INSERT INTO provisioning_log_TokenSecrets VALUES (5, 'x')")
    waiting.catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 50))
    await transaction[end]()
  })
  other.exec('COMMIT')
  await expect(waiting).rejects.toThrow('aborted')
  other.exec('BEGIN IMMEDIATE; COMMIT')
  expect(other.prepare('SELECT number FROM provisioning_log_TokenSecrets WHERE number = 5').get()).toBeUndefined()
})
