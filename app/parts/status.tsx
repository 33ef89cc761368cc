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

/** The place of a result in that order. */
export const rank = (status: string) => (STATUSES.includes(status) ? STATUSES.indexOf(status) : STATUSES.length)

export function Status({ status }: { status: string | null | undefined }) {
  const known = status?.toLowerCase() ?? ''
  return (
    <span class={`status ${SIGNS.has(known) ? known : 'other'}`}>
      <span aria-hidden="true">{SIGNS.get(known) ?? '?'}</span> {wordOf(status)}
    </span>
  )
}

/** A value as a word that begins with a capital letter. */
export function wordOf(value: string | null | undefined): string {
  if (value === '') return '(empty)'
  return value ? value.charAt(0).toUpperCase() + value.slice(1) : '(none)'
}

/** How many events have a result, with its colour. */
export function Legend({ status, count }: { status: string; count: number }) {
  return (
    <span class={`legend ${STATUSES.includes(status) ? status : 'other'}`}>
      {wordOf(status)} <b>{count.toLocaleString()}</b>
    </span>
  )
}
