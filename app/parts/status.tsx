/** A result: told by shape and word, never by colour alone. */

const SIGNS = new Map(
  Object.entries<string>({
    success: '✓',
    failure: '✕',
    skipped: '↷',
    warning: '!'
  })
)

/** The known results, in the order in which people look for them. */
export const STATUSES = ['failure', 'warning', 'skipped', 'success']

/** Its class in the style sheet: a result that is not known must not have any other class, such as one that hides. */
export function toneOf(status: string | null | undefined): string {
  const known = status?.toLowerCase() ?? ''
  return SIGNS.has(known) ? known : 'other'
}

/** The place of a result in that order. */
export function rank(status: string | null): number {
  const place = STATUSES.indexOf(status ?? '')
  return place < 0 ? STATUSES.length : place
}

export function Status({ status }: { status: string | null | undefined }) {
  const tone = toneOf(status)
  return (
    <span class={`status ${tone}`}>
      <span aria-hidden="true">{SIGNS.get(tone) ?? '?'}</span> {wordOf(status)}
    </span>
  )
}

/** A value as a word that begins with a capital letter. */
export function wordOf(value: string | null | undefined): string {
  if (value === '') return '(empty)'
  return value ? value.charAt(0).toUpperCase() + value.slice(1) : '(none)'
}

/** A number of events, in words. */
export function eventsText(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'}`
}

/** How many events have a result, with its colour. */
export function Legend({ status, count }: { status: string | null; count: number }) {
  return (
    <span class={`legend ${toneOf(status)}`}>
      {wordOf(status)} <b>{count.toLocaleString('en')}</b>
    </span>
  )
}
