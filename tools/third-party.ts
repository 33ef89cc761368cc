/** Prints THIRD-PARTY.md: what `npm ci --omit=dev` installs, as the lock file pins it, with its licences. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface LockedPackage {
  version: string
  license: string
  dev?: boolean
}

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, LockedPackage> }
const rows = Object.entries(packages)
  .filter(([path, { dev }]) => path !== '' && !dev)
  .map(
    ([path, { version, license }]) =>
      `| ${path.replace(/^.*node_modules\//, '')} | ${version} | ${nameOf(path, license)} |`
  )

/** An SPDX expression is the name of a licence; of one without, the title of its text is. */
function nameOf(path: string, license: string) {
  const [, file] = /^SEE LICENSE IN (.+)$/.exec(license) ?? []
  if (file === undefined) return license
  const [title] = read(join(path, file))
    .replace(/<[^>]*>/g, '')
    .trim()
    .split(/\r?\n/, 1)
  return `${title} (${file})`
}

process.stdout.write(`# Third-party software

What \`npm ci --omit=dev\` installs to run in production, in the versions that \`package-lock.json\` pins. The text of each
licence lies in the folder of the package. This file is made by \`npm run third-party\`.

- **SAP's packages** (\`@sap/cds\`, \`@sap/cds-compiler\`, \`@sap/cds-fiori\`) are not open source: read the SAP Developer
  License Agreement in \`node_modules/@sap/cds/LICENSE\` before you run the service for anything but tests. It allows
  productive use only on platforms that are licensed from SAP; anything else needs an agreement with SAP.
- **OASIS**: \`odata-csdl\` comes with the schemas of CSDL, and the CDS compiler with the terms of the OData vocabularies.
  They are work of OASIS Open, under its [policy on intellectual property](https://www.oasis-open.org/policies-guidelines/ipr).
- **Node.js** (\`node-…\`, one of them for the platform) is under the MIT License, and has parts under other licences:
  all of them are in \`LICENSE\` of the package.

| package | version | licence |
| --- | --- | --- |
${[...new Set(rows)].sort().join('\n')}
`)
