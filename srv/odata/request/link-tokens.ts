/**
 * The tokens of links. They are encrypted and authenticated with a secret of the database: clients can neither forge a
 * token nor read from it, for example, how many events others have sent.
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const NONCE = 12 // bytes
const TAG = 16 // bytes

export class LinkTokens {
  // a key that is given as bytes takes as long to prepare, each time, as the rest
  private encryption = createSecretKey(new Uint8Array())
  private nonces = createSecretKey(new Uint8Array())

  /** @param secret 32 random bytes that only this service knows */
  use(secret: Uint8Array) {
    const derived = (purpose: string) => createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32)))
    this.encryption = derived('encryption')
    this.nonces = derived('nonces')
  }

  /**
   * Writes a token.
   * @param content what the token says, as JSON
   * @param context what the token is valid for
   */
  write(content: string, context: string): string {
    // derived from the content: nonces differ as contents do, and a page has the same token and ETag each time
    const nonce = createHmac('sha256', this.nonces)
      .update(JSON.stringify([context, content]))
      .digest()
      .subarray(0, NONCE)
    const cipher = createCipheriv(CIPHER, this.encryption, nonce).setAAD(Buffer.from(context))
    const encrypted = [cipher.update(content), cipher.final()]
    return Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]).toString('base64url')
  }

  /** Reads a token; undefined if this service did not write it for this context. */
  read(token: string, context: string): unknown {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length < NONCE + TAG || bytes.toString('base64url') !== token) return undefined
    const decipher = createDecipheriv(CIPHER, this.encryption, bytes.subarray(0, NONCE)).setAAD(Buffer.from(context))
    decipher.setAuthTag(bytes.subarray(-TAG))
    const content = decipher.update(bytes.subarray(NONCE, -TAG))
    try {
      return JSON.parse(Buffer.concat([content, decipher.final()]).toString())
    } catch {
      return undefined
    }
  }
}
