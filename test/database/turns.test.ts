import { turns } from '../../srv/database/turns.ts'

const never = new AbortController().signal

/** Takes turns, and notes who has begun. */
function scene(most: number, mostWaiting = 100) {
  const takeTurn = turns(most, mostWaiting)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const refused: string[] = []
  const take = (name: string, signal = never) => {
    const [tenant = ''] = name.split(' ')
    void takeTurn(tenant, signal).then(
      (end) => {
        begun.push(name)
        ends.push(end)
      },
      (error: unknown) => refused.push(`${name}: ${(error as Error).message}`)
    )
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { take, begun, refused, settled, end: () => ends.shift()?.() }
}

describe('Of tenants that want more than there is', () => {
  it('one alone gets all but one turn', async () => {
    const { take, begun, settled, end } = scene(3)
    for (const name of ['a 1', 'a 2', 'a 3', 'a 4']) take(name)
    await settled()
    expect(begun).toEqual(['a 1', 'a 2'])
    take('b 1')
    await settled()
    expect(begun).toEqual(['a 1', 'a 2', 'b 1'])
    end()
    await settled()
    expect(begun).toEqual(['a 1', 'a 2', 'b 1', 'a 3'])
  })

  it('each is next in turn, whoever has more that wait', async () => {
    const { take, begun, settled, end } = scene(1)
    for (const name of ['a 1', 'a 2', 'a 3', 'a 4', 'b 1', 'c 1', 'b 2']) take(name)
    for (let count = 0; count < 7; count++) {
      await settled()
      end()
    }
    expect(begun).toEqual(['a 1', 'a 2', 'b 1', 'c 1', 'a 3', 'b 2', 'a 4'])
  })

  it('the one with most that wait gives way where there is no more room', async () => {
    const { take, begun, refused, settled, end } = scene(1, 3)
    for (const name of ['a 1', 'a 2', 'a 3', 'a 4', 'a 5']) take(name)
    await settled()
    expect(refused).toEqual(['a 5: The service has more queries than it can run.'])
    take('b 1')
    take('c 1') // a has two that wait, so that it gives way once more
    take('d 1') // all have one
    await settled()
    expect(refused.map((each) => each.split(':')[0]).toSorted()).toEqual(['a 3', 'a 4', 'a 5', 'd 1'])
    for (let count = 0; count < 4; count++) {
      end()
      await settled()
    }
    expect(begun).toEqual(['a 1', 'a 2', 'b 1', 'c 1'])
  })
})

it('Who does not want a turn any more leaves the queue', async () => {
  const { take, begun, refused, settled, end } = scene(1)
  const client = new AbortController()
  take('a 1')
  take('a 2', client.signal)
  take('a 3')
  client.abort(new Error('gone'))
  end()
  await settled()
  end()
  await settled()
  expect([begun, refused]).toEqual([['a 1', 'a 3'], ['a 2: gone']])
})
