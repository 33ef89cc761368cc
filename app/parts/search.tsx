/** Search by person or id. */
import { useEffect, useRef } from 'preact/hooks'
import type { Shown } from '../state/navigation.ts'

export function Search({ view, navigate }: Omit<Shown, 'now'>) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    // no single character: people who speak to their computer would press it unawares (WCAG 2.1.4)
    const focus = (event: KeyboardEvent) => {
      const isMeant = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k'
      if (!isMeant || document.querySelector('dialog[open]')) return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener('keydown', focus)
    return () => removeEventListener('keydown', focus)
  }, [])
  const search = (event: Event) => {
    event.preventDefault()
    // all that happened to one object has nothing of others
    const { subject } = view
    navigate({ search: field.current?.value.trim() ?? '', subject: subject?.kind === 'object' ? undefined : subject })
  }
  return (
    <form role="search" class="search" onSubmit={search}>
      <input
        ref={field}
        type="search"
        key={view.search}
        defaultValue={view.search}
        aria-label="Search by person or id"
        aria-keyshortcuts="Control+K Meta+K"
        title="Ctrl+K or ⌘K"
        placeholder="Person, user principal name or id"
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => event.currentTarget.value === '' && view.search && navigate({ search: '' })}
      />
      <button type="submit">Search</button>
    </form>
  )
}
