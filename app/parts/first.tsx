/** Long lists: a browser takes half a minute to lay out tens of thousands of items, and events may have as many. */
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'

/** How many items are shown at first by default, and how many times as many each time that others are asked for. */
const FEW = 200
const TIMES = 5

/**
 * @param few how many items are shown at first
 * @returns the first items, and a button that shows others if there are any
 */
export function useFirst<Item>(items: Item[], few = FEW): [first: Item[], more: ComponentChildren] {
  const [count, setCount] = useState(few)
  const rest = items.length - count
  const more = rest > 0 && (
    <p>
      <button type="button" class="quiet" onClick={() => setCount(count * TIMES)}>
        {`Show more: ${rest.toLocaleString('en')} are left`}
      </button>
    </p>
  )
  return [items.slice(0, count), more]
}
