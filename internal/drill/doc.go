// Package drill plays drills: real faults are injected into a running installation under load and
// healed again, its recovery is waited for by signals, and at the end a ledger that none of the hurt processes
// ever held has to close. The runner is the judge, and is never hurt.
package drill
