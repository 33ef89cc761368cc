/** The event as the service answers it. */
import { useFirst } from '../parts/first.tsx'
import { escaped } from '../service/odata.ts'
import { Copy } from './copy.tsx'
import type { TabProps } from './details.tsx'

/** How many lines are shown at first. */
const LINES = 5000

export function Json({ event }: TabProps) {
  const text = escaped(JSON.stringify(event, null, 2))
  const [lines, more] = useFirst(text.split('\n'), LINES)
  return (
    <>
      <p class="buttons">
        <Copy text={text} />
      </p>
      <pre class="json">{lines.join('\n')}</pre>
      {more}
    </>
  )
}
