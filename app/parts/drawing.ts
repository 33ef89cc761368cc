/** Chooses a part of a row of buckets, by drawing over them with mouse, pen or finger, or by keyboard. */
import { useRef, useState } from 'preact/hooks'
import { movedBy, type Part } from '../state/part.ts'

/** From how many pixels on a pointer draws, and does not just click. */
const DRAWN = 4

/**
 * The part that is being chosen, and the handlers of the element that shows the buckets.
 * @param bucketAt the bucket at a distance from the left of the window
 * @param choose is called when a part was chosen
 */
export function useDrawing(count: number, bucketAt: (x: number) => number, choose: (part: Part) => void) {
  const [part, setPart] = useState<Part | undefined>()
  const drawing = useRef<{ x: number; anchor: number; part?: Part } | undefined>(undefined)
  const cancel = () => {
    drawing.current = undefined
    setPart(undefined)
  }
  return {
    part,
    cancel,
    handlers: {
      onPointerDown: ({ button, isPrimary, clientX, currentTarget, pointerId }: PointerOn) => {
        if (button !== 0 || !isPrimary) return
        drawing.current = { x: clientX, anchor: bucketAt(clientX) }
        currentTarget.setPointerCapture(pointerId) // so that it may leave the element
      },
      onPointerMove: ({ clientX }: PointerOn) => {
        const begun = drawing.current
        if (!begun || (!begun.part && Math.abs(clientX - begun.x) < DRAWN)) return
        begun.part = { anchor: begun.anchor, focus: bucketAt(clientX) }
        setPart(begun.part)
      },
      onPointerUp: () => {
        const chosen = drawing.current?.part
        drawing.current = undefined
        if (chosen) choose(chosen)
      },
      onPointerCancel: cancel, // a finger scrolls
      onBlur: cancel,
      onKeyDown: (event: KeyboardEvent) => {
        const moved = movedBy(event.key, event.shiftKey, part, count)
        if (moved) setPart(moved)
        else if (event.key === 'Enter' && part) choose(part)
        else if (event.key === 'Escape' && part) cancel()
        else return
        event.preventDefault()
      }
    }
  }
}

type PointerOn = PointerEvent & { currentTarget: HTMLElement }
