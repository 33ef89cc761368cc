/** Fills the search index in the background thread: see search-index.ts. */
import type { Job } from '../background.ts'
import { openConnection, type LogConnection } from './connection.ts'
import { filler } from './search-filling.ts'
import type { Indexing } from './search-index.ts'

export default ({ file, files, ...search }: Indexing): Job => {
  let log: LogConnection | undefined
  let index: ReturnType<typeof filler> | undefined
  return {
    fill() {
      log ??= openConnection(file, { readOnly: true, files })
      index ??= filler(log, search)
      return index.fill()
    },
    close() {
      index?.close()
      log?.close()
    }
  }
}
