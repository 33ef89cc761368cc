import { useFirst } from '../parts/first.tsx'

interface Props {
  of: Record<string, unknown> | null | undefined
  /** What stands before them: a member may have the same name. */
  own?: [name: string, value: unknown][]
}

/** The members of an open type, as names and values. */
export function Members({ of, own = [] }: Props) {
  const open = Object.entries(of ?? {}).filter(([name]) => !name.startsWith('@'))
  const [members, more] = useFirst([...own, ...open])
  if (!members.length) return null
  return (
    <>
      <dl class="members">
        {members.map(([name, value], place) => (
          <div key={place}>
            <dt>{name}</dt>
            <dd dir="auto">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
      {more}
    </>
  )
}
