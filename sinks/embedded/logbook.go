package embedded

import (
	"errors"
	"fmt"
	"os"
)

// logbook bounds a file's write-ahead log. SQLite would move it into the file bit by bit and
// start it anew only at a moment without readers, which need not come; here the writer
// moves all of it and truncates it, between two transactions, when it has grown to the limit. No reader
// of ours keeps a snapshot for longer than a page of answers, so that waits for milliseconds.
type logbook struct {
	path  string
	limit int64 // bytes
	next  int64 // bytes before which it is not tried again, after a reader was in the way
}

// patience is how many times the limit the log may grow while something is in the way, before
// writes are held back.
const patience = 8

func (l *logbook) size() int64 {
	info, err := os.Stat(l.path)
	if err != nil {
		return 0 // no log: nothing was written since the last was moved
	}
	return info.Size()
}

// full reports whether nothing may be added.
func (l *logbook) full() bool { return l.size() >= patience*l.limit }

// tidy moves the log into the file when it is large.
func (l *logbook) tidy(c *conn) error {
	size := l.size()
	if size < max(l.limit, l.next) && size < patience*l.limit {
		return nil
	}
	l.next = size + l.limit/4
	moved, err := c.numbers("PRAGMA wal_checkpoint(TRUNCATE)")
	switch {
	case err != nil:
		return fmt.Errorf("moving the log into the file: %w", err)
	case len(moved) > 0 && moved[0] != 0:
		return errLogKept
	}
	l.next = 0
	return nil
}

var errLogKept = errors.New("moving the log into the file: a reader is in the way")
