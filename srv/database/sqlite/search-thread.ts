/** Fills the search index in the background thread: see search-index.ts. */
import type { Job } from '../background.ts'
import { openConnection } from './connection.ts'
import { filler } from './search-filling.ts'
import type { Indexing } from './search-index.ts'

export default ({ file, files, ...search }: Indexing): Job => {
  const log = openConnection(file, { readOnly: true, files })
  const { fill, close } = filler(log, search)
  return { fill, close: () => (close(), log.close()) }
}
