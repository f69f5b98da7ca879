// Package ledger is the file that proves later what became of each record of a simulated load. It
// is append-only, each frame with its length and checksum: a header from which every record
// follows, "issued up to block b" made durable before a request is sent, and what was answered.
// A ledger whose writer was killed still reads; what it does not say is in doubt, never acknowledged.
package ledger
