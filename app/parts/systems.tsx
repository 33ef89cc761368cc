/** From which system an object was provisioned to which. */
import type { Event as LogEvent } from '../service/odata.ts'

/** Each name has a direction of its own: between two of Arabic, the arrow would point from the target to the source. */
export function Systems({
  of: { sourceSystem, targetSystem }
}: {
  of: Pick<LogEvent, 'sourceSystem' | 'targetSystem'>
}) {
  return (
    <>
      <bdi>{sourceSystem?.displayName ?? '?'}</bdi> → <bdi>{targetSystem?.displayName ?? '?'}</bdi>
    </>
  )
}
