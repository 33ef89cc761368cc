/** What `npm run test:postgres` leaves out of the tests of the project `spec`, each with the reason. */

/** Folders and files. */
export const FILES: [path: string, reason: string][] = [
  ['test/database/', 'They look into SQLite: its files, plans, locks and threads.'],
  ['test/integrity/', 'They verify, purge and change the SQLite file; test/postgres has the same for a server.'],
  ['test/commands/', 'Backup, verification and purges work on the SQLite file.'],
  ['test/(clients|settings|tools|values)/', 'They use no database, or only what other tests use, too.'],
  ['test/http/large-answers', 'It uses no database.'],
  ['test/(supply|documents)', 'They are about packages and documents.'],
  ['test/access/all-tenants', 'It looks at the indexes in the SQLite file; test/postgres has the same for a server.'],
  ['test/access/log', 'It makes the SQLite file unreadable.']
]

/** Tests, by what their names contain. */
export const TESTS: [name: RegExp, reason: string][] = [
  [
    /goes with a copy of the file|The text is not stored|goes by time, and by further indexes/,
    'They look into the SQLite file.'
  ]
]
