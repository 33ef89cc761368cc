/** Loaded by `npm run build`, and so by `npm start`, first: an older Node.js only says that it does not know `.ts`. */
const { engines } = require('../package.json')
const needed = parseInt(engines.node.replace(/\D+/, ''))

if (parseInt(process.version.slice(1)) < needed) {
  console.error(`Node.js ${needed} or later is needed, and this is ${process.version}: see the README.`)
  process.exit(1)
}
