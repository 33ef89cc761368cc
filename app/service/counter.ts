/** Counts what comes in as a stream. */

/** There is more than may be. */
export class TooLarge extends Error {}

/**
 * A stream that passes everything on, and counts it.
 * @param most how many bytes it passes on before it fails with {@link TooLarge}
 */
export function counter(most: number, report: (bytes: number) => void) {
  let bytes = 0
  let reported = 0
  const stream = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.length
      if (bytes > most) return controller.error(new TooLarge())
      if (bytes - reported > 1_000_000) report((reported = bytes))
      controller.enqueue(chunk)
    }
  })
  return { stream, bytes: () => bytes }
}
