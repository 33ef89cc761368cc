/** Large answers take turns: what is unread takes memory, and clients read no faster if all are made at once. */
import type { ServerResponse } from 'node:http'
import { turns } from '../database/turns.ts'
import { ownTurn } from './give-way.ts'

/** How many are made and sent at the same time; one tenant gets at most all but one. */
const MOST = 5
/** How many wait; further ones do not. */
const MOST_WAITING = 1000
/** How long an answer waits for clients that are slow, in milliseconds. */
const PATIENCE = 500

/** From which size on the memory of an answer is not left to the garbage collection, in bytes. */
const LARGE = 65_536

const takeTurn = turns(MOST, MOST_WAITING)

/** Waits for the turn of a large answer, which ends when its client has read it; but not long. */
export async function waitForTurn(answer: ServerResponse, tenant: string) {
  const end = await takeTurn(tenant, AbortSignal.timeout(PATIENCE)).catch(() => undefined)
  if (!end) return void (await ownTurn()) // many lose their patience at the same time
  if (answer.closed) end()
  else answer.once('close', end)
}

/**
 * Frees the memory of chunks when they were sent; V8 collects it only when there is far more. Chunks that are a part of
 * other memory are left alone. An answer that was broken off is, too, as the system may still read from it.
 */
export function freeWhenSent(answer: ServerResponse, chunks: Uint8Array[]) {
  const { socket } = answer.req
  const isLarge = ({ buffer, byteOffset }: Uint8Array) => byteOffset === 0 && buffer.byteLength > LARGE
  if (!chunks.some(isLarge)) return
  answer.once('finish', () => {
    if (socket.destroyed) return
    for (const chunk of chunks) if (isLarge(chunk) && chunk.buffer instanceof ArrayBuffer) chunk.buffer.transfer(0)
  })
}
