const cds = require('@sap/cds')

// Connections that idle while a slow query blocks the event loop must stay open, as those of the other targets do.
cds.on('listening', ({ server }) => {
  server.keepAliveTimeout = 60_000 // ms
})

module.exports = cds.server
