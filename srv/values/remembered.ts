/** Makes a function that computes its result once for each object, and remembers it while there is the object. */
export function remembered<Key extends object, Result extends object | string | boolean>(
  compute: (key: Key) => Result
): (key: Key) => Result {
  const known = new WeakMap<Key, Result>()
  return (key) => {
    let result = known.get(key)
    if (result === undefined) known.set(key, (result = compute(key)))
    return result
  }
}
