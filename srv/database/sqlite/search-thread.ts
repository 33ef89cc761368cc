/** The thread that fills the search index: see search-index.ts. */
import { workerData } from 'node:worker_threads'
import workerpool from 'workerpool'
import { openConnection, type LogConnection } from './connection.ts'
import type { OpenFiles } from './files.ts'
import { filler } from './search-filling.ts'
import type { SearchedColumns } from './search-file.ts'

const { file, files, path, columns } = workerData as {
  file: string
  files: OpenFiles
  path: string
  columns: SearchedColumns
}
let log: LogConnection | undefined
let index: ReturnType<typeof filler> | undefined

workerpool.worker({ fill, close })

function fill() {
  log ??= openConnection(file, { readOnly: true, files })
  index ??= filler(log, path, columns)
  return index.fill()
}

function close() {
  index?.close()
  log?.close()
}
