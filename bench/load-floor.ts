/** `node bench/load-floor.ts --file F --count N --seed S`: writes events into a new log of the floor, or the limit. */
import { Store } from './floor/store.ts'
import { readEvent } from './floor/validation.ts'
import { loading } from './loading.ts'

await loading((file) => {
  const store = new Store(file)
  return {
    insert(events) {
      store.insert(
        events.map((each) => {
          const event = readEvent(each)
          return [event, JSON.stringify(event)]
        })
      )
    },
    close: () => store.close()
  }
})
