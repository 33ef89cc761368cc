/**
 * The floors of `srv/`, from top to bottom: see docs/architecture.md. A file imports from its own room and from lower
 * floors, and never in a circle. Imports of types count.
 */
const FLOORS = [
  ['server', 'audit-log-service', 'commands', 'cap'],
  ['compiled-model'],
  ['odata'], // the adapter, and the service roots that it serves
  ['odata/resources', 'odata/batch', 'odata/openapi'],
  ['odata/response'],
  ['odata/query'],
  ['odata/request'],
  ['odata/expressions'],
  ['odata/model'],
  ['access', 'integrity', 'http'],
  ['database/open-log'],
  ['database/sqlite', 'database/postgres'],
  ['database'],
  ['plans'],
  ['settings'],
  ['errors', 'values', 'cqn']
]

/** A room is the files of a folder, or a single file, which is then in no other room. */
const filesOf = (room) => {
  const others = FLOORS.flat().filter((each) => each.startsWith(`${room}/`))
  const not = others.map((each) => `(?!${each.slice(room.length + 1)}\\.)`).join('')
  return `^srv/${room}(\\.ts|\\.d\\.ts|/${not}[^/]+)$`
}

const downwards = FLOORS.flatMap((rooms, floor) =>
  rooms.map((room) => ({
    name: `only downwards from ${room}`,
    severity: 'error',
    from: { path: filesOf(room) },
    to: {
      path: FLOORS.slice(0, floor + 1)
        .flat()
        .filter((each) => each !== room)
        .map(filesOf)
    }
  }))
)

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'every file has a room',
      severity: 'error',
      from: { path: '^srv/', pathNot: FLOORS.flat().map(filesOf) },
      to: {}
    },
    {
      name: 'only open-log.ts names the engines',
      severity: 'error',
      from: { path: '^srv/', pathNot: '^srv/database/(open-log\\.ts|sqlite/|postgres/)' },
      to: { path: '^srv/database/(sqlite|postgres)/' }
    },
    ...downwards
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' }
  }
}
