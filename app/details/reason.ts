/** The reason of a failure, taken apart: engines put the answer of the target system into one text. */

interface Reason {
  /** Lines of text. */
  lines: string[]
  /** The answer of the target system, if it is JSON. */
  answer: unknown
  /** What the target system says, the part that people look for. */
  detail: string | undefined
}

/** At how many places the end of an answer is looked for, and how deep its message. */
const ENDS = 10
const DEPTH = 5

/** Takes a reason apart. What is no JSON stays text. */
export function reasonOf(text: string): Reason {
  const start = text.indexOf('{')
  let end = text.lastIndexOf('}')
  for (let ends = 0; ends < ENDS && start >= 0 && end > start; ends++, end = text.lastIndexOf('}', end - 1)) {
    const answer = parsed(text.slice(start, end + 1))
    if (answer === undefined) continue
    const lines = linesOf(`${text.slice(0, start)}\n${text.slice(end + 1).replace(/^\./, '')}`)
    return { lines, answer, detail: detailOf(answer) }
  }
  return { lines: linesOf(text), answer: undefined, detail: undefined }
}

function linesOf(text: string) {
  return text.split(/\r?\n/).flatMap((line) => {
    const trimmed = line.trim()
    return trimmed && trimmed !== 'Web Response:' ? [trimmed] : []
  })
}

function parsed(text: string): unknown {
  try {
    const answer: unknown = JSON.parse(text)
    JSON.stringify(answer) // fails where it is too deep to be shown
    return answer
  } catch {
    return undefined
  }
}

/** The message in an answer: `detail` in SCIM, `message` or `error` elsewhere. */
function detailOf(answer: unknown, depth = 0): string | undefined {
  if (typeof answer !== 'object' || answer === null || depth > DEPTH) return undefined
  const members = answer as Record<string, unknown>
  for (const name of ['detail', 'message', 'error_description', 'error']) {
    const value = members[name]
    if (typeof value === 'string' && value) return value
    const inner = detailOf(value, depth + 1)
    if (inner !== undefined) return inner
  }
  return undefined
}
