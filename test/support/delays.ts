/**
 * Sends requests one after the other while something else is done.
 * @param send is told how many were sent before
 * @returns what was done, and how long each request took, in milliseconds
 */
export async function delaysDuring<Result>(send: (count: number) => Promise<unknown>, work: () => Promise<Result>) {
  const delays: number[] = []
  let isDone = false
  const sending = (async () => {
    while (!isDone) {
      const start = performance.now()
      await send(delays.length)
      delays.push(performance.now() - start)
    }
  })()
  const result = await work().finally(() => (isDone = true))
  await sending
  return { result, delays }
}
