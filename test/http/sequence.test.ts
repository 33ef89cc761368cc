import express, { type RequestHandler } from 'express'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { inSequence } from '../../srv/http/sequence.ts'

/** What becomes of a request that runs through handlers in one layer: what they noted, and how it was answered. */
async function outcomeOf(...names: ('notes' | 'answers' | 'fails' | 'throws' | 'rejects')[]) {
  const noted: string[] = []
  const handlers = names.map((name, index): RequestHandler => {
    if (name === 'answers') return (_req, res) => void res.send('answered')
    if (name === 'fails') return (_req, _res, next) => next(new Error('failed'))
    if (name === 'rejects') return () => Promise.reject(new Error('rejected'))
    if (name === 'throws')
      return () => {
        throw new Error('thrown')
      }
    return (_req, _res, next) => {
      noted.push(`in ${index}`)
      next()
      noted.push(`out ${index}`)
    }
  })
  const app = express().use(inSequence(...handlers), (_req, res) => void res.send('went on'))
  app.use(((error: Error, _req, res, _next) => void res.send(error.message)) satisfies express.ErrorRequestHandler)
  const server = createServer(app).listen(0)
  await once(server, 'listening')
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const text = await answer.text()
  server.closeAllConnections()
  server.close()
  return [noted, text]
}

describe('Handlers in one layer', () => {
  it('run one after the other, and then the next layer runs', async () => {
    expect(await outcomeOf('notes', 'notes')).toEqual([['in 0', 'in 1', 'out 1', 'out 0'], 'went on'])
    expect(await outcomeOf()).toEqual([[], 'went on'])
  })

  it('end with the one that answers', async () => {
    expect(await outcomeOf('notes', 'answers', 'notes')).toEqual([['in 0', 'out 0'], 'answered'])
  })

  it.each([
    ['fails', 'failed'],
    ['throws', 'thrown'],
    ['rejects', 'rejected']
  ] as const)('end with the one that %s, and Express gets its error', async (name, message) => {
    expect((await outcomeOf('notes', name, 'notes'))[1]).toBe(message)
    expect((await outcomeOf(name))[1]).toBe(message)
  })
})
