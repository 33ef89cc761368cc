/** What outlives the page for as long as its tab is there, such as while people are at the issuer. Never a token. */

/** A place for one value. Where nothing may be stored, keeping throws. */
export function memory<Value>(name: string) {
  const read = () => {
    try {
      return JSON.parse(sessionStorage.getItem(name) ?? 'null') as Value | null
    } catch {
      return null // no storage, or what is there is not ours
    }
  }
  return {
    keep: (value: Value) => sessionStorage.setItem(name, JSON.stringify(value)),
    read,
    /** Reads the value and forgets it. */
    take: () => {
      const value = read()
      if (value !== null) sessionStorage.removeItem(name)
      return value
    }
  }
}
