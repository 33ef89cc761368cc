/** Compares the answers of targets, so that what is measured is the same work. */
import { isDeepStrictEqual } from 'node:util'
import type { Read } from './dialects.ts'
import { ask } from './load.ts'
import { readCall, valuesOf } from './reads.ts'
import type { Target } from './targets.ts'

/** How many queries of a scenario are compared. */
const COMPARED = 3

/**
 * Asks the same of all targets, and finds out how many values answers must have.
 * @param targets the first one is what the others are compared to
 * @param reads get the number of values that they must have at least
 * @throws {Error} if answers differ
 */
export async function compare(targets: Target[], reads: Read[]) {
  const [reference, ...others] = targets as [Target, ...Target[]]
  const counts = new Map<Target, number>()
  for (const target of targets) counts.set(target, Number(await answer(target, { kind: 'count' })))
  for (const [index, read] of reads.entries()) {
    const expected = (await answer(reference, read)) as Buffer
    if (read.kind !== 'key') read.values = valuesOf(read, expected, reference.dialect)
    if (isOfAll(read) && read.kind === 'count') read.values = Math.min(...counts.values())
    for (const target of index < COMPARED ? others : []) {
      // logs that are kept have grown by what was posted in earlier runs, each by another number
      if (isOfAll(read) && counts.get(target) !== counts.get(reference)) continue
      const actual = await answer(target, read)
      if (!actual || areEqual(actual, expected, target.dialect === reference.dialect)) continue
      const answers = [actual, expected].map((body) => body.toString('utf8', 0, 600))
      throw new Error(`${target.name} and ${reference.name} differ in ${JSON.stringify(read)}:\n${answers.join('\n')}`)
    }
  }
}

/** Whether the answer depends on events that were posted later. */
function isOfAll(read: Read) {
  return read.kind === 'count' ? !read.filter : read.kind === 'page' && !read.options.$filter && !read.options.$apply
}

async function answer({ url, dialect }: Target, read: Read) {
  const call = readCall(read, dialect)
  return call && (await ask(url, call))
}

/** Whether two answers have the same content, but for the address of the target. Flat events need but be the same ones. */
function areEqual(one: Buffer, other: Buffer, isWhole: boolean) {
  const [first, second] = [one, other].map((body) => JSON.parse(body.toString()) as unknown)
  return isWhole ? isDeepStrictEqual(neutral(first), neutral(second)) : isDeepStrictEqual(keys(first), keys(second))
}

/** The answer without addresses and tokens, which are each target's own. */
function neutral(answer: unknown) {
  if (typeof answer !== 'object' || answer === null) return answer
  const { '@odata.context': context, '@odata.nextLink': link, ...rest } = answer as Record<string, string>
  return { ...rest, context: context?.replace(/^.*\$metadata/, ''), isLast: link === undefined }
}

function keys(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer
  const { id, value } = answer as { id?: string; value?: { id: string }[] }
  return value?.map((each) => each.id) ?? id
}
