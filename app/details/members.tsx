import { useFirst } from '../parts/first.tsx'

/** The members of an open type, as names and values. */
export function Members({ of }: { of: Record<string, unknown> | null | undefined }) {
  const [members, more] = useFirst(Object.entries(of ?? {}).filter(([name]) => !name.startsWith('@')))
  if (!members.length) return null
  return (
    <>
      <dl class="members">
        {members.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
      {more}
    </>
  )
}
