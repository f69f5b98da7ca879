package main

import (
	"errors"
	"io"
	"strings"

	"sluice/internal/printable"
)

const description = `Kafka to Elasticsearch stream processing: what a platform's apps post is searchable within two seconds, and nothing acknowledged is lost. With nothing installed, everything runs in one process.

Exit codes: 0 done; 1 failed; 2 usage or configuration; 3 a check found something.

Example:
  sluice up --demo
  sluice setup && sluice run all`

// maxUnpackedBatch is what one compressed batch of Kafka may grow to, in bytes: far above
// any honest one, and little enough for the memory.
const maxUnpackedBatch = 64 << 20

// usageError is a mistake of the command line or of the configuration.
type usageError struct{ err error }

func usage(err error) error { return &usageError{err: err} }

// Error is the mistake.
func (u *usageError) Error() string { return u.err.Error() }

// Unwrap is the mistake.
func (u *usageError) Unwrap() error { return u.err }

// tell writes lines for a person, beside what the command prints. One that is indented
// belongs to the one above it. Errors have the words of servers in them.
func (p *process) tell(text string) {
	var out strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, " ") {
			out.WriteString("sluice: ")
		}
		out.WriteString(printable.Shown(line) + "\n")
	}
	_, _ = io.WriteString(p.stderr, out.String()) // nobody is left to be told that it failed
}

// errFound is a check that found what it looked for.
var errFound = errors.New("the check found something")
